import FledgeTokenizers
import Foundation
import Testing

@Suite("Byte-pair encoding as SentencePiece does it")
struct SentencePieceBPETests {
    private func tokenizer(_ name: String, _ configuration: TokenizerConfiguration = .init()) throws -> any Tokenizer {
        try AutoTokenizer.read(
            tokenizerModel: try Fixture.bytes("bpe/\(name).model"), named: "tokenizer.model",
            configuration: configuration)
    }

    @Test("ids are those of SentencePiece", arguments: ["bytes", "plain"])
    func encodes(model: String) throws {
        let tokenizer = try tokenizer(model)
        let cases = try BPEFixture("\(model).model").cases()
        #expect(cases.count > 35)
        for expected in cases {
            let ids = tokenizer.encode(text: expected.text, addSpecialTokens: false)
            #expect(ids == expected.ids, "\(model): \(expected.text.debugDescription)")
            #expect(tokenizer.encoding(of: expected.text, addSpecialTokens: false).ids == ids)
        }
    }

    @Test("4,000 hostile strings give SentencePiece's ids", arguments: ["bytes", "plain"])
    func encodesHostileStrings(model: String) throws { try compare(model, "hostile") }

    @Test(
        "whole corpora give SentencePiece's ids",
        .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the corpora"),
        arguments: ["bytes", "plain"], BPECorpus.shared)
    func encodesCorpora(model: String, corpus: String) throws { try compare(model, corpus) }

    private func compare(_ model: String, _ corpus: String) throws {
        let tokenizer = try tokenizer(model)
        let texts = try BPECorpus.texts(corpus).filter { text in
            !["<s>", "</s>", "<unk>"].contains { text.utf8.firstRange(of: $0.utf8) != nil }
        }
        #expect(
            Golden.idHashes(of: texts, group: 100) { tokenizer.encode(text: $0, addSpecialTokens: false) }
                == (try BPEFixture("\(model).model").hashes(corpus)))
        for text in texts.prefix(300) {
            #expect(tokenizer.encoding(of: text).ids == tokenizer.encode(text: text))
        }
    }

    @Test("decoded text is that of SentencePiece, where all bytes are UTF-8")
    func decodes() throws {
        let tokenizer = try tokenizer("bytes")
        for expected in try BPEFixture("bytes.model").cases() {
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: true) == expected.decoded)
        }
    }

    @Test("a start token is added unless the configuration says otherwise, an end token if it says so")
    func addsSpecialTokens() throws {
        var configuration = TokenizerConfiguration()
        let plain = try tokenizer("bytes").encode(text: "thou", addSpecialTokens: false)
        #expect(try tokenizer("bytes").encode(text: "thou") == [1] + plain)
        configuration.addBosToken = false
        configuration.addEosToken = true
        #expect(try tokenizer("bytes", configuration).encode(text: "thou") == plain + [2])
    }

    @Test("pieces that are not used are taken apart again, and symbols of the user's stay whole")
    func takesUnusedPiecesApart() throws {
        func varint(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
        }
        func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] { varint(number << 3 | 2) + varint(bytes.count) + bytes }
        func piece(_ text: String, _ score: Float, _ type: UInt8) -> [UInt8] {
            let bits = withUnsafeBytes(of: score.bitPattern.littleEndian) { Array($0) }
            return field(1, field(1, Array(text.utf8)) + [2 << 3 | 5] + bits + [3 << 3, type])
        }
        // Types: 1 normal, 2 unknown, 4 the user's, 5 unused.
        let model =
            piece("<unk>", 0, 2) + piece("ab", -1, 5) + piece("abc", -2, 5) + piece("bc", -3, 1) + piece("a", -4, 1)
            + piece("b", -5, 1) + piece("c", -6, 1) + piece("▁", -7, 1) + piece("cab", 0, 4) + field(2, [3 << 3, 2])
        let tokenizer = try AutoTokenizer.read(tokenizerModel: model, named: "tokenizer.model")
        #expect(tokenizer.encode(text: "abc") == [7, 4, 5, 6])
        #expect(tokenizer.encode(text: "bcab xxb") == [7, 5, 8, 7, 0, 5])
        #expect(tokenizer.encoding(of: "bcab xxb").byteOffsets == [0..<1, 0..<1, 1..<4, 4..<5, 5..<7, 7..<8])
    }
}
