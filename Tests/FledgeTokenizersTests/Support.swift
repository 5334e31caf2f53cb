import FledgeTokenizers
import Foundation
import Testing

/// The files that Tools/tokenizer_golden.py made.
enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        let directory = try #require(Bundle.module.resourceURL)
        return [UInt8](try Data(contentsOf: directory.appendingPathComponent("Fixtures/\(name)")))
    }

    /// A tokenizer, what `tokenizers` makes of texts with it, and what of random ids.
    static func variant(_ name: String) throws -> (tokenizer: any Tokenizer, cases: [Case], decodes: [Case]) {
        let document = try JSONDocument(parsing: try bytes("variants/\(name).json"), source: name)
        let map = try SentencePieceFile(parsing: try bytes("small/spiece.model"), source: "small").characterMap
        let description = try #require(document.root["tokenizer"])
        let json = String(decoding: description.text, as: UTF8.self)
            .replacingOccurrences(of: "@CHARSMAP@", with: Data(map ?? []).base64EncodedString())
        let tokenizer = try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "\(name).json")
        let decodes = try cases(of: #require(document.root["decodes"]))
        return (tokenizer, try cases(of: #require(document.root["cases"])), decodes)
    }

    static func cases(of value: JSONValue) throws -> [Case] {
        try #require(value.elements).map { value in
            func integers(_ key: String) -> [Int] { value[key]?.elements?.compactMap(\.integer) ?? [] }
            let offsets = integers("offsets")
            return Case(
                text: try #require(value["text"]?.string), ids: integers("ids"),
                tokens: value["tokens"]?.elements?.compactMap(\.string) ?? [],
                offsets: stride(from: 0, to: offsets.count, by: 2).map { offsets[$0]..<offsets[$0 + 1] },
                decoded: value["decoded"]?.string ?? "", skipped: value["skipped"]?.string ?? "")
        }
    }

    /// The description of a tokenizer, its character map left out.
    static func description(_ name: String) throws -> String {
        let document = try JSONDocument(parsing: try bytes("variants/\(name).json"), source: name)
        return String(decoding: try #require(document.root["tokenizer"]).text, as: UTF8.self)
    }

    struct Case {
        var text: String
        var ids: [Int]
        var tokens: [String]
        var offsets: [Range<Int>]
        var decoded: String
        var skipped: String
    }
}

/// Data that is beside the repository on a developer's machine and not part of it.
enum Shared {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["FLEDGE_SHARED"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared").standardizedFileURL
    }()

    static let isThere = FileManager.default.fileExists(atPath: directory.appendingPathComponent("data").path)

    static func url(_ path: String) -> URL { directory.appendingPathComponent(path) }
}

/// The generator that Tools/tokenizer_golden.py has too.
struct SplitMix64 {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
