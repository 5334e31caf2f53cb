import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Foundation
import Testing

/// Tests/Fixtures, made by Tools/make_fixtures.py, and this target's own, made by Tools/objective_golden.py.
enum Fixture {
    static let directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// What the reference recipes make of small inputs.
    static func golden() throws -> Value.Object {
        let folder = try #require(Bundle.module.resourceURL)
        let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("Fixtures/objectives.json")))
        return try object(try Value(json: bytes))
    }

    static func object(_ value: Value?) throws -> Value.Object {
        guard case .object(let object)? = value else { throw Mismatch() }
        return object
    }

    static func list(_ value: Value?) throws -> [Value] {
        guard case .array(let list)? = value else { throw Mismatch() }
        return list
    }

    static func integers(_ value: Value?) throws -> [Int] {
        try list(value).map { element in
            guard case .int(let number) = element else { throw Mismatch() }
            return number
        }
    }

    static func number(_ value: Value?) throws -> Double {
        guard case .double(let number)? = value else { throw Mismatch() }
        return number
    }

    struct Mismatch: Error {}

    static func tokenizer(_ name: String) throws -> any Tokenizer {
        try AutoTokenizer.from(directory: directory.appendingPathComponent(name))
    }

    static let bert = Result { try tokenizer("families/bert-tiny-ner") }
    static let roberta = Result { try tokenizer("families/roberta-tiny-fill-mask") }
    static let t5 = Result { try tokenizer("t5-tiny") }
}

/// Data that is beside the repository on a developer's machine and not part of it.
enum Shared {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["FLEDGE_SHARED"] { return URL(fileURLWithPath: path) }
        return Fixture.directory.appendingPathComponent("../../../shared").standardizedFileURL
    }()

    static let isThere = FileManager.default.fileExists(atPath: directory.appendingPathComponent("data").path)

    static func path(_ path: String) -> String { directory.appendingPathComponent("data/\(path)").path }
}

/// A file of records that a test writes, removed when the value is released.
final class TemporaryFile {
    let path: String

    init(_ text: String, name: String = "data.jsonl") throws {
        let folder = NSTemporaryDirectory() + "fledge-training-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
    }
}

extension TrainingExample {
    /// The labels of an example that has one for each token.
    var tokenLabels: [Int] {
        if case .tokens(let labels) = labels { return labels }
        return []
    }

    /// What a decoder must write.
    var target: [Int] {
        if case .target(let ids) = labels { return ids }
        return []
    }
}

/// The text of the error that a closure throws.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}
