import FledgeGeneration
import FledgeModels
import Foundation
import Testing

/// `golden_pipeline.json` of a fixture: what transformers' pipeline gives.
struct PipelineGolden<Arguments: Decodable, Input: Decodable, Output: Decodable>: Decodable {
    struct Case: Decodable {
        let arguments: Arguments
        let inputs: [Input]
        let outputs: [Output]
    }
    let cases: [Case]

    init(_ fixture: String) throws { self = try Fixtures.json(Self.self, "families/\(fixture)/golden_pipeline.json") }
}

/// Helpers for tests of tasks.
enum TasksSupport {
    static func directory(_ name: String) -> URL { Fixtures.directory("families/\(name)") }

    /// How far scores may be from the reference's.
    static let tolerance: Float = 1e-4

    /// A copy of a fixture with some files replaced or, where nil, left out.
    static func copy(of fixture: String, _ changes: [String: String?]) throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: directory(fixture).path) {
            try FileManager.default.copyItem(
                at: directory(fixture).appending(path: name), to: copy.url.appending(path: name))
        }
        for (name, text) in changes {
            let url = copy.url.appending(path: name)
            try? FileManager.default.removeItem(at: url)
            if let text { try Data(text.utf8).write(to: url) }
        }
        return copy
    }

    /// The whole text of the error that a closure throws, with the directory's path replaced by `DIR`.
    static func message(in directory: URL? = nil, _ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            let text = String(describing: error)
            guard let directory else { return text }
            return text.replacingOccurrences(of: directory.path, with: "DIR")
        }
    }

    /// Texts of very different lengths, none of which a tiny model has to cut.
    static let texts = [
        "The film was slow, but I did not want it to end.", "No.", "Anna thanked Ben for his help.", "snow ☃",
        "We counted seventeen swans, two herons, and one very angry goose.", "Yes.",
        "Café Zürich isn't far from Ålesund.",
    ]
}
