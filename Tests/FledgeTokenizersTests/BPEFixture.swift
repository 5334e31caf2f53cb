import FledgeTokenizers
import Foundation
import Testing

/// The files that Tools/bpe_golden.py made.
struct BPEFixture {
    /// Two texts in one sequence.
    struct Pair {
        var first: String
        var second: String
        var ids: [Int]
        var types: [Int]
        var offsets: [Range<Int>]
    }

    let root: JSONValue

    init(_ name: String) throws {
        root = try JSONDocument(parsing: try Fixture.bytes("bpe/\(name).json"), source: name).root
    }

    init(root: JSONValue) { self.root = root }

    func tokenizer() throws -> any Tokenizer {
        try AutoTokenizer.read(tokenizerJSON: try #require(root["tokenizer"]).text, named: "tokenizer.json")
    }

    func cases() throws -> [Fixture.Case] { try Fixture.cases(of: #require(root["cases"])) }

    func decodes() throws -> [Fixture.Case] { try Fixture.cases(of: #require(root["decodes"])) }

    func pairs() throws -> [Pair] {
        try #require(root["pairs"]?.elements).map { value in
            func integers(_ key: String) -> [Int] { value[key]?.elements?.compactMap(\.integer) ?? [] }
            let offsets = integers("offsets")
            return Pair(
                first: value["text"]?.string ?? "", second: value["second"]?.string ?? "", ids: integers("ids"),
                types: integers("types"),
                offsets: stride(from: 0, to: offsets.count, by: 2).map { offsets[$0]..<offsets[$0 + 1] })
        }
    }

    func hashes(_ corpus: String) throws -> [UInt64] { try Golden.read(base64: root["hashes"]?[corpus]) }

    /// Compares ids, tokens, places and decoded texts of every case.
    func check(_ tokenizer: any Tokenizer) throws {
        for expected in try cases() {
            let encoding = tokenizer.encoding(of: expected.text)
            let place: Comment = "\(expected.text.debugDescription)"
            #expect(encoding.ids == expected.ids, place)
            #expect(tokenizer.encode(text: expected.text) == expected.ids, place)
            #expect(encoding.tokens == expected.tokens, place)
            #expect(encoding.scalarOffsets(in: expected.text) == expected.offsets, place)
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: false) == expected.decoded, place)
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: true) == expected.skipped, place)
        }
        for expected in try pairs() {
            let encoding = tokenizer.encoding(of: expected.first, pair: expected.second, addSpecialTokens: true)
            #expect(encoding.ids == expected.ids)
            #expect(encoding.typeIDs == expected.types)
        }
    }
}

/// The texts whose hashes the fixtures hold.
enum BPECorpus {
    static let shared = ["dialogsum", "tinyshakespeare", "wikitext2"]

    static func texts(_ name: String) throws -> [String] {
        switch name {
        case "hostile": return (0..<4000).map { HostileCorpus.text($0) }
        case "dialogsum":
            return try String(decoding: Data(contentsOf: Shared.url("data/dialogsum/train.jsonl")), as: UTF8.self)
                .split(separator: "\n").map { line in
                    let root = try JSONDocument(parsing: Array(line.utf8), source: "train.jsonl").root
                    return (root["dialogue"]?.string ?? "") + "\n" + (root["summary"]?.string ?? "")
                }
        case "tinyshakespeare": return try parts("tinyshakespeare.txt")
        default: return try parts("wikitext2-valid.txt")
        }
    }

    private static func parts(_ name: String) throws -> [String] {
        let data = try Data(contentsOf: Shared.url("data/text/\(name)"))
        // Python reads every line end as a line feed.
        let text = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        let scalars = Array(text.unicodeScalars)
        return stride(from: 0, to: scalars.count, by: 4000).map { start in
            var part = String.UnicodeScalarView()
            part.append(contentsOf: scalars[start..<min(start + 4000, scalars.count)])
            return String(part)
        }
    }
}
