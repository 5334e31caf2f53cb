import FledgeData
import FledgeGeneration
import FledgeLifecycle
import FledgeTensor
import Foundation
import Testing

struct LabRunnerTests {
    /// A folder with data, which goes when the value does.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "fledge-lab-\(UUID().uuidString)")
        var data: String { url.appending(path: "data.jsonl").path }
        var lab: String { url.appending(path: "lab").path }

        init(_ lines: [String]) throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: data))
        }
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    private static let lines = (0..<8).map { number in
        let talk = (0...number).map { "A: Did you see \($0)? <b>" }.joined(separator: "\\n")
        return #"{"talk": "\#(talk)", "told": "A asks about \#(number) & more.", "id": \#(number)}"#
    }

    private static func options(_ folder: Folder, _ change: (inout LabOptions) -> Void = { _ in }) -> LabOptions {
        var options = LabOptions(models: ["tiny"], data: folder.data)
        options.inputField = "talk"
        options.referenceFields = ["told"]
        options.shots = [0, 1]
        options.maxNewTokens = [4]
        options.temperatures = [1]
        change(&options)
        return options
    }

    private static func runner(_ folder: Folder, _ options: LabOptions) throws -> LabRunner {
        let template = try PromptTemplate.builtIn(options.template)
        let data = try LabData(
            options: options, template: template, data: try DataSet(path: folder.data), shotData: nil)
        var runner = try LabRunner(plan: LabPlan(options), template: template, data: data, folder: folder.lab)
        runner.batching = RunBatching(tokens: 200, sequences: 2)
        return runner
    }

    private static func load(_ name: String) throws -> LabModel {
        LabModel(
            generator: try Support.generator.get(),
            model: try RunModel(name: name, directory: Support.fixtures.appending(path: "t5-tiny"), type: .float32))
    }

    /// A report without its times.
    private static func timeless(_ path: String) throws -> String {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n")
            .filter { !$0.contains("\"seconds\"") && !$0.contains("\"tokens_per_second\"") }.joined(separator: "\n")
    }

    @Test func `A lab writes its plan, a run for each setting, its report and its page`() async throws {
        let folder = try Folder(Self.lines)
        let report = try await Self.runner(folder, Self.options(folder)).run(load: Self.load)
        #expect(report.settings.map(\.label) == ["0 shots, greedy", "1 shot, greedy", "0 shots, temperature 1"])
        #expect(report.examples == 8 && report.shown.count == 3)
        #expect(report.settings[1].meanDemonstrations == 1 && report.settings[0].meanPromptTokens > 10)
        #expect(report.sources.models[0].contextHoldsPromptAlone)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.lab).sorted()
        #expect(names == ["lab.json", "plan.json", "report.html", "runs"])
        let json = try Data(contentsOf: URL(filePath: folder.lab + "/lab.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        #expect(try decoder.decode(LabReport.self, from: json) == report)
        let html = try String(contentsOfFile: folder.lab + "/report.html", encoding: .utf8)
        #expect(html.contains("A asks about \(report.shown[0].index) &amp; more.") && !html.contains("<b>"))
        for forbidden in ["http:", "https:", "@import", "url(", "<link", " src=", "<script"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        #expect(report.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test func `A lab that was stopped goes on, and its report is the same`() async throws {
        let whole = try Folder(Self.lines)
        let options = Self.options(whole)
        _ = try await Self.runner(whole, options).run(load: Self.load)
        let first = try Self.timeless(whole.lab + "/lab.json")
        try FileManager.default.removeItem(atPath: whole.lab)
        for stop in [0, 3, 10, 17] {
            let seen = Counter()
            await #expect(throws: CancellationError.self) {
                _ = try await Self.runner(whole, options).run(
                    load: Self.load, progress: { seen.value = $0.done }, isCancelled: { seen.value >= stop })
            }
            #expect(!FileManager.default.fileExists(atPath: whole.lab + "/lab.json"))
        }
        let made = Counter()
        _ = try await Self.runner(whole, options).run(load: Self.load, progress: { made.value = $0.made })
        #expect(made.value < 24, "what was done is not done again")
        #expect(try Self.timeless(whole.lab + "/lab.json") == first)
    }

    @Test func `A folder of another lab or of other things is refused`() async throws {
        let folder = try Folder(Self.lines)
        // Nothing was run yet.
        _ = try Self.runner(folder, Self.options(folder) { $0.shots = [0] })
        _ = try await Self.runner(folder, Self.options(folder)).run(load: Self.load)
        #expect(throws: LabError.otherPlan(folder: folder.lab)) {
            try Self.runner(folder, Self.options(folder) { $0.shots = [0, 1, 2] })
        }
        let other = try Folder(Self.lines)
        try FileManager.default.createDirectory(atPath: other.lab, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: other.lab + "/thesis.txt"))
        #expect(throws: LabError.unusableFolder(folder: other.lab, problem: "it holds other files and no lab")) {
            try Self.runner(other, Self.options(other))
        }
    }

    @Test func `References may be lists, and examples are shown by their numbers`() async throws {
        let folder = try Folder(
            Self.lines.map { $0.replacing("\"id\"", with: "\"more\": [\"One.\", \"Two.\"], \"id\"") })
        var runner = try Self.runner(
            folder,
            Self.options(folder) {
                $0.referenceFields = ["told", "more"]
                $0.temperatures = []
                $0.limit = 5
            })
        runner.shownIndices = [4, 1]
        let report = try await runner.run(load: Self.load)
        #expect(report.references.perExample == 3 && report.examples == 5)
        #expect(report.shown.map(\.index) == [4, 1])
        #expect(report.baselines.map(\.name) == ["lead_3", "human"])
        runner.shownIndices = [5]
        await #expect {
            _ = try await runner.run(load: Self.load)
        } throws: {
            "\($0)" == "examples: there is no example 5 of 5. They are numbered from 0."
        }
    }

    @Test func `A field that has the template's name already makes way, and lists are no demonstrations`() async throws
    {
        let folder = try Folder(Self.lines.map { $0.replacing("\"id\"", with: "\"dialogue\": \"other\", \"id\"") })
        let report = try await Self.runner(folder, Self.options(folder)).run(load: Self.load)
        #expect(report.shown[0].input.hasPrefix("A: Did you see 0?"))
        let lists = try Folder(Self.lines.map { $0.replacing("\"id\"", with: "\"all\": [\"One.\"], \"id\"") })
        #expect {
            try Self.runner(lists, Self.options(lists) { $0.referenceFields = ["all"] })
        } throws: {
            "\($0)"
                == "reference-field: demonstrations show one text, and “summary” is a list. Ask for no demonstrations "
                + "(--shots 0), or give others as --shot-data."
        }
    }

    @Test func `Data without texts to compare with are an error`() async throws {
        let blank = try Folder(Self.lines.map { $0.replacing("A asks about 3 & more.", with: " ") })
        await #expect(throws: LabError.badReference(example: 3, field: "summary")) {
            _ = try await Self.runner(blank, Self.options(blank)).run(load: Self.load)
        }
        let one = try Folder(Array(Self.lines.prefix(1)))
        #expect(throws: LabError.tooFewExamples(count: 1)) { try Self.runner(one, Self.options(one)) }
    }
}

/// A number that a callback changes.
private final class Counter: @unchecked Sendable {
    var value = -1
}
