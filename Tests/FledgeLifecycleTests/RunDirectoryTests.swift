import FledgeGeneration
import FledgeLifecycle
import Foundation
import Testing

@Suite struct RunDirectoryTests {
    private let examples = RunExamples(Support.records(20), references: ["answer"])

    private func sampling(_ config: inout GenerationConfig) {
        config.doSample = true
        config.seed = 9
    }

    @Test func `a run leaves its settings and its examples in the order of the data`() throws {
        let directory = try TemporaryDirectory()
        let result = try Support.run().run(examples, in: directory.path + "/a/b")
        let lines = try directory.text("a/b/examples.jsonl").split(separator: "\n")
        #expect(lines.count == 20)
        for (index, line) in lines.enumerated() {
            #expect(line.contains("\"index\":\(index),"))
            #expect(line.contains("\"references\":[\"answer number \(index)\"]"))
        }
        let settings = try directory.text("a/b/run.json")
        #expect(settings.contains("\"inputs_hash\" : \"\(result.settings.inputsHash)\""))
        #expect(settings.contains("\"max_new_tokens\" : 6"))
        #expect(settings.contains("\"weights_hash\" : \"\(result.settings.model.weightsHash)\""))
        // A second time there is nothing to do, and no file changes.
        var seen: [RunProgress] = []
        let again = try Support.run().run(examples, in: directory.path + "/a/b", progress: { seen.append($0) })
        #expect(again.resumed == 20 && again.records == result.records && seen.map(\.done) == [20])
    }

    @Test func `a run that stops after any number of tokens is gone on with to the same examples`() throws {
        let expected = try Support.run(sampling).run(examples).records.timeless
        for stop in stride(from: 1, to: 60, by: 6) {
            let directory = try TemporaryDirectory()
            var asked = 0
            var processes = 0
            var result: RunResult?
            while result == nil {
                processes += 1
                asked = 0
                do {
                    result = try Support.run(sampling).run(
                        examples, in: directory.path,
                        isCancelled: {
                            asked += 1
                            return asked > 20 + 25 * (processes - 1) + stop
                        })
                } catch is CancellationError {}
            }
            #expect(result?.records.timeless == expected && processes > 1)
            #expect(try directory.text("examples.jsonl").split(separator: "\n").count == 20)
        }
    }

    @Test func `a file that ends anywhere in its last line loses that line alone`() throws {
        let directory = try TemporaryDirectory()
        let whole = try Support.run().run(examples, in: directory.path)
        let text = try directory.text("examples.jsonl")
        let lines = text.split(separator: "\n").map(String.init)
        let start = text.utf8.count - lines[19].utf8.count - 1
        for cut in Array(stride(from: start, to: text.utf8.count, by: 37)) + [text.utf8.count - 1] {
            try Data(Data(text.utf8).prefix(cut)).write(to: directory.file("examples.jsonl"))
            let result = try Support.run().run(examples, in: directory.path)
            #expect(result.resumed == 19 && result.records.timeless == whole.records.timeless)
            #expect(try directory.text("examples.jsonl").hasPrefix(lines[0..<19].joined(separator: "\n") + "\n"))
        }
    }

    @Test func `other settings are an error that names them`() throws {
        let directory = try TemporaryDirectory()
        _ = try Support.run().run(examples, in: directory.path)
        func message(_ run: PromptedRun, _ examples: RunExamples) -> String {
            Support.message { try run.run(examples, in: directory.path) }
        }
        let end = "; give another directory, or the same settings to go on with it"
        let start = "\(directory.path): holds a run with other settings: "
        #expect(
            message(try Support.run { $0.maxNewTokens = 7 }, examples)
                == start + "generation.max_new_tokens was 6 and is 7" + end)
        #expect(
            message(
                try Support.run {
                    $0.doSample = true
                    $0.topP = 0.9
                }, examples)
                == start + "generation.do_sample was false and is true, generation.seed was unset and is 0, "
                + "generation.temperature was unset and is 1, generation.top_k was unset and is 50, "
                + "generation.top_p was unset and is 0.9" + end)
        #expect(
            message(try Support.run(), RunExamples(Support.records(19), references: ["answer"]))
                .hasPrefix(start + "examples was 20 and is 19, inputs_hash was "))
        #expect(message(try Support.run(shots: 1), examples).contains("prompt.shots was 0 and is 1"))
        #expect(
            message(try Support.run(template: Support.template.replacing("Question", with: "Q")), examples)
                .contains("prompt.template_hash was "))
        #expect(
            message(try Support.run(data: "other"), examples) == start + "data.hash was “none” and is “other”" + end)
        // What the template and the data are called does not matter.
        var renamed = try Support.run(template: Support.template)
        renamed.batching = RunBatching(tokens: 7, sequences: 1)
        #expect(try renamed.run(examples, in: directory.path).resumed == 20)
    }

    @Test func `a directory that is no run, or a broken one, is an error with file and line`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("{}\n", to: "examples.jsonl")
        #expect(
            Support.message { try Support.run().run(examples, in: directory.path) }
                == "\(directory.path): holds examples.jsonl and no run.json, so that nobody knows what made it; give "
                + "another directory")
        try FileManager.default.removeItem(at: directory.file("examples.jsonl"))
        _ = try Support.run().run(examples, in: directory.path)
        let text = try directory.text("examples.jsonl")
        try directory.write("nonsense\n" + text, to: "examples.jsonl")
        let path = directory.file("examples.jsonl").path
        #expect(
            Support.message { try Support.run().run(examples, in: directory.path) }
                == "\(path): line 1: it is not the JSON of an example; correct it, or begin in another directory")
        try directory.write(text.replacing("\"index\":3,", with: "\"index\":20,"), to: "examples.jsonl")
        #expect(
            Support.message { try Support.run().run(examples, in: directory.path) }
                == "\(path): there is an example 20 of 20; correct it, or begin in another directory")
        try directory.write("[", to: "run.json")
        #expect(
            Support.message { try Support.run().run(examples, in: directory.path) }
                == "\(directory.file("run.json").path): it is not the JSON of a run's settings; correct it, or begin in "
                + "another directory")
        try directory.write("", to: "plain")
        #expect(
            Support.message { try Support.run().run(examples, in: directory.path + "/plain") }
                == "\(directory.path)/plain: cannot be written: the directory cannot be created; check the directory and "
                + "the free space")
    }

    @Test func `two runs in one directory at once are an error`() throws {
        let directory = try TemporaryDirectory()
        let result = try Support.run().run(examples)
        let first = try RunDirectory(path: directory.path, settings: result.settings)
        #expect(
            Support.message { try Support.run().run(examples, in: directory.path) }
                == "\(directory.path): another process is writing this run; wait for it, or give another directory")
        try first.append(Array(result.records.reversed()))
        try first.finish()
        #expect(try directory.text("examples.jsonl").hasPrefix("{\"finish_reason\""))
    }
}
