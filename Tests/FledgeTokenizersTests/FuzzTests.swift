import FledgeTokenizers
import Testing

@Suite("Damaged and hostile files")
struct FuzzTests {
    /// Loads something and, if that succeeds, uses it.
    private func survive(_ load: () throws -> any Tokenizer) {
        do {
            let tokenizer = try load()
            for text in ["", "The baker mended a clock. <extra_id_0> \u{301}e\u{301} 漢字 \u{0}", "▁ two  three\n"] {
                let ids = tokenizer.encode(text: text)
                #expect(tokenizer.encoding(of: text).ids == ids)
                _ = try? tokenizer.decode(tokens: ids, skipSpecialTokens: true)
            }
        } catch let error as TokenizerError {
            #expect(!error.description.isEmpty)
        } catch {
            Issue.record("not a TokenizerError: \(error)")
        }
    }

    private func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.next(4) {
            let at = random.next(max(bytes.count, 1))
            switch random.next(6) {
            case 0: bytes = Array(bytes.prefix(at))
            case 1: if at < bytes.count { bytes[at] = UInt8(random.next(256)) }
            case 2: bytes.insert(UInt8(random.next(256)), at: min(at, bytes.count))
            case 3: bytes.removeSubrange(at..<min(at + random.next(30), bytes.count))
            case 4:
                let from = random.next(max(bytes.count, 1))
                let copy = bytes[from..<min(from + random.next(60), bytes.count)]
                bytes.insert(contentsOf: copy, at: min(at, bytes.count))
            default: if at < bytes.count { bytes[at] ^= 1 << UInt8(random.next(8)) }
            }
            if bytes.isEmpty { break }
        }
        return bytes
    }

    @Test("a damaged tokenizer.json gives an error or a tokenizer", arguments: ["first", "bytes", "plain"])
    func survivesDamagedJSON(variant: String) throws {
        let text = try Fixture.description(variant)
        // Most of the file is vocabulary; a short one makes more of the damage hit the rest.
        let original = Array(text.utf8)
        let vocabulary = try #require(text.utf8.firstRange(of: "\"vocab\":[".utf8))
        let start = text.utf8.distance(from: text.utf8.startIndex, to: vocabulary.upperBound)
        let short = original[..<start] + Array("[\"<unk>\",0.0],[\"</s>\",0.0],[\"a\",-1.0],[\"▁\",-2]]}}".utf8)
        var random = SplitMix64(state: 11)
        for round in 0..<700 {
            let bytes = mutate(round % 7 == 0 ? original : Array(short), &random)
            survive { try AutoTokenizer.read(tokenizerJSON: bytes, named: "damaged.json") }
        }
    }

    @Test("a value of the wrong type anywhere in a tokenizer.json gives an error or a tokenizer")
    func survivesWrongValues() throws {
        let map = "\"precompiled_charsmap\":\"@CHARSMAP@\""
        let values = [
            "null", "-1", "1e999", "99999999999999999999", "\"\"", "[]", "{}", "true", "\"\\ud800\"", "0.5", "[[[]]]",
        ]
        let text = try Fixture.description("sequence").replacing(map, with: "\"precompiled_charsmap\":\"\"")
        let prefix = text.prefix(while: { $0 != "▁" })
        var number = 0
        for separator in prefix.indices where prefix[separator] == ":" {
            for value in values {
                let start = text.index(after: separator)
                let end = text[start...].firstIndex { ",}]".contains($0) } ?? text.endIndex
                let changed = text[..<start] + value + text[end...]
                survive { try AutoTokenizer.read(tokenizerJSON: Array(changed.utf8), named: "wrong.json") }
                number += 1
            }
        }
        #expect(number > 500)
    }

    @Test("deep nesting and endless strings give an error")
    func refusesNesting() {
        for text in [
            String(repeating: "[", count: 1_000_000), String(repeating: "{\"a\":", count: 300_000),
            "{\"normalizer\":" + String(repeating: "{\"type\":\"Sequence\",\"normalizers\":[", count: 5000),
            "\"" + String(repeating: "x", count: 1_000_000), "{\"a\":1" + String(repeating: ",\"a\":1", count: 100_000),
        ] {
            #expect(throws: TokenizerError.self) {
                try AutoTokenizer.read(tokenizerJSON: Array(text.utf8), named: "nested.json")
            }
        }
    }

    @Test("a damaged spiece.model gives an error or a tokenizer", arguments: ["small", "bytes"])
    func survivesDamagedModels(model: String) throws {
        let original = try Fixture.bytes("\(model)/spiece.model")
        var random = SplitMix64(state: 23)
        for _ in 0..<(model == "bytes" ? 1500 : 300) {
            let bytes = mutate(original, &random)
            survive { try AutoTokenizer.read(sentencePieceModel: bytes, named: "damaged.model") }
        }
    }

    @Test("random bytes give an error or a tokenizer")
    func survivesNoise() {
        var random = SplitMix64(state: 31)
        for _ in 0..<2000 {
            let bytes = (0..<random.next(200)).map { _ in UInt8(random.next(256)) }
            survive { try AutoTokenizer.read(sentencePieceModel: bytes, named: "noise.model") }
            survive { try AutoTokenizer.read(tokenizerJSON: bytes, named: "noise.json") }
        }
    }

    @Test("a character map with cycles or places outside itself does no harm")
    func survivesDamagedCharacterMaps() throws {
        let map = try #require(
            try SentencePieceFile(parsing: try Fixture.bytes("small/spiece.model"), source: "small").characterMap)
        var random = SplitMix64(state: 41)
        for _ in 0..<150 {
            var damaged = map
            for _ in 0..<random.next(40) {
                damaged[4 + random.next(damaged.count / 2)] = UInt8(random.next(256))
            }
            survive { try AutoTokenizer.read(sentencePieceModel: model(map: damaged), named: "map.model") }
        }
    }

    /// The bytes of a model with a few pieces and a character map.
    private func model(map: [UInt8]) -> [UInt8] {
        func varint(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
        }
        func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] { varint(number << 3 | 2) + varint(bytes.count) + bytes }
        let unknown = field(1, Array("<unk>".utf8)) + [3 << 3, 2]
        let letter = field(1, Array("▁a".utf8)) + [2 << 3 | 5, 0, 0, 0x80, 0xBF]
        return field(1, unknown) + field(1, letter) + field(3, field(2, map))
    }
}
