import FledgeGeneration
import FledgeModels
import FledgeTensor
import Foundation

/// The committed checkpoints and golden values in `Tests/Fixtures`.
enum Fixtures {
    /// The folder; a package may reach this file by a symbolic link.
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    static func directory(_ name: String) -> URL { folder.appending(path: name) }

    static func json<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: folder.appending(path: path)))
    }

    /// A model that takes and gives ids, with the settings of its directory.
    static func idGenerator(_ name: String) throws -> TextGenerator {
        TextGenerator(
            model: try AutoModelForSeq2SeqLM.from(directory: directory(name)), tokenizer: nil,
            config: try GenerationConfig(directory: directory(name)))
    }
}

/// `golden.json` of a model fixture: what transformers generates.
struct GoldenGenerations: Decodable {
    struct Arguments: Decodable {
        let maxNewTokens: Int
        let minNewTokens: Int?
        let repetitionPenalty: Float?
    }
    struct Case: Decodable, Sendable {
        let name: String
        let arguments: Arguments
        let inputIds: [[Int]]
        let tokenIds: [[Int]]
    }
    let generation: [Case]
}

/// A directory that goes when the value does.
final class TemporaryDirectory {
    let url: URL

    init(_ files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "fledge-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: url.appending(path: name)) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
