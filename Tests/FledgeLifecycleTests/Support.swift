import FledgeData
import FledgeGeneration
import FledgeLifecycle
import FledgeTemplates
import FledgeTensor
import Foundation

/// What tests of runs share.
enum Support {
    /// The committed models; a package may reach this file by a symbolic link.
    static let fixtures = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    static let generator = Result {
        try TextGenerator.from(directory: fixtures.appending(path: "t5-tiny"))
    }

    static let template = """
        {# name: answers #}
        {# inputs: text #}
        {# target: answer #}
        {# truncate: text #}

        {# query #}
        Question: {{ text }}

        {# answer #}
        {{ answer }}
        """

    /// Questions of very different lengths.
    static func records(_ count: Int) -> [Record] {
        (0..<count).map { number in
            let words = (0...(number * 7 % 23)).map { "word\($0 + number)" }.joined(separator: " ")
            return ["text": .string(words), "answer": .string("answer number \(number)")]
        }
    }

    static func run(
        _ change: (inout GenerationConfig) -> Void = { _ in }, shots: Int = 0, template: String = template,
        batching: RunBatching = RunBatching(tokens: 200, sequences: 4), data: String = "none"
    ) throws -> PromptedRun {
        let generator = try generator.get()
        var config = generator.config
        config.maxNewTokens = 6
        change(&config)
        var builder = PromptBuilder(try PromptTemplate(template, file: "test.jinja"))
        if shots > 0 {
            builder.demonstrations = Demonstrations(
                DemonstrationPool(records(30)), selection: RandomRecords(seed: 3), count: shots)
        }
        var run = try PromptedRun(
            generator, builder: builder, config: config,
            model: RunModel(
                name: "t5-tiny", directory: fixtures.appending(path: "t5-tiny"), type: .float32),
            data: RunSource(name: data, hash: data))
        run.batching = batching
        run.selection = "random, seed 3"
        return run
    }

    /// The whole text of the error that a closure throws.
    static func message(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}

extension [RunRecord] {
    /// The records without what no two runs have in common.
    var timeless: [RunRecord] {
        map { record in
            var record = record
            record.seconds = 0
            return record
        }
    }
}

/// A directory that goes when the value does.
final class TemporaryDirectory {
    let url: URL
    var path: String { url.path }

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "fledge-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appending(path: name) }

    func text(_ name: String) throws -> String { try String(contentsOf: file(name), encoding: .utf8) }

    func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: file(name)) }
}
