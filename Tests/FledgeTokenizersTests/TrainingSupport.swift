import FledgeTokenizers
import Foundation
import Testing

/// The files that Tools/training_golden.py made.
enum TrainingFixture {
    static func root(_ name: String) throws -> JSONValue {
        try JSONDocument(parsing: try Fixture.bytes("training/\(name).json"), source: name).root
    }

    static func corpusText() throws -> String {
        String(decoding: try Fixture.bytes("training/corpus.txt"), as: UTF8.self)
    }

    static func corpus() throws -> TrainingCorpus {
        let directory = try #require(Bundle.module.resourceURL)
        var corpus = TrainingCorpus()
        corpus.append(file: directory.appendingPathComponent("Fixtures/training/corpus.txt").path, format: .lines)
        return corpus
    }

    static func strings(_ value: JSONValue?) -> [String] { value?.elements?.compactMap(\.string) ?? [] }

    /// Pairs of pieces as “left right”.
    static func pairs(_ value: JSONValue?) -> [String] {
        value?.elements?.map { strings($0).joined(separator: " ") } ?? []
    }

    /// The `model` of a trained tokenizer's tokenizer.json.
    static func model(_ trained: TrainedTokenizer) throws -> JSONValue {
        let document = try JSONDocument(parsing: trained.tokenizerJSON(), source: "tokenizer.json")
        return try #require(document.root["model"])
    }
}

/// A directory that goes when the value does.
final class TrainingDirectory {
    let url: URL
    var path: String { url.path }

    init(_ files: [String: [UInt8]] = [:]) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-training-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, bytes) in files { try Data(bytes).write(to: url.appendingPathComponent(name)) }
    }

    func file(_ name: String) -> String { url.appendingPathComponent(name).path }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    deinit { try? FileManager.default.removeItem(at: url) }
}
