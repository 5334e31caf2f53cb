import FledgeData
import FledgeEvaluation
import FledgeGeneration
import FledgeLifecycle
import FledgeTemplates
import Foundation
import Testing

@Suite struct PromptedRunTests {
    private func examples(_ count: Int = 20) -> RunExamples {
        RunExamples(Support.records(count), references: ["answer"])
    }

    @Test func `each example gets what the model writes for its prompt alone`() throws {
        let run = try Support.run()
        let result = try run.run(examples())
        #expect(result.records.map(\.index) == Array(0..<20))
        #expect(result.resumed == 0 && result.settings.examples == 20)
        for (record, source) in zip(result.records, Support.records(20)) {
            let prompt = "Question: \(try source.text(of: "text"))"
            let ids = try run.generator.encode(prompt)
            let alone = try run.generator.complete(tokens: [ids], config: run.config).completions[0]
            #expect(record.prediction == alone.text.trimmingCharacters(in: .whitespacesAndNewlines))
            #expect(record.promptTokens == ids.count && record.newTokens == alone.tokenIDs.count)
            #expect(record.finishReason == alone.finishReason && record.seconds > 0 && record.prompt == nil)
            #expect(record.references == [try source.text(of: "answer")] && record.shots == 0 && record.notes == [])
            #expect(record.promptHash == ContentDigest.of(text: prompt))
        }
        #expect(result.newTokens == result.records.reduce(0) { $0 + $1.newTokens })
        #expect(result.tokensPerSecond == Double(result.newTokens) / result.seconds)
        #expect(result.examples.map(\.prediction) == result.records.map(\.prediction))
    }

    @Test(arguments: [RunBatching(tokens: 1, sequences: 1), RunBatching(tokens: 90, sequences: 3), RunBatching()])
    func `sampling gives the same texts whichever prompts go together`(batching: RunBatching) throws {
        let sampling: (inout GenerationConfig) -> Void = { config in
            config.doSample = true
            config.seed = 5
        }
        let expected = try Support.run(sampling).run(examples()).records
        #expect(Set(expected.map(\.prediction)).count > 10)
        #expect(try Support.run(sampling, batching: batching).run(examples()).records.timeless == expected.timeless)
    }

    @Test func `progress counts every example once`() throws {
        var seen: [RunProgress] = []
        let result = try Support.run().run(examples(), progress: { seen.append($0) })
        #expect(seen.first == RunProgress(done: 0, total: 20, resumed: 0, tokens: 0, seconds: 0))
        #expect(seen.last?.done == 20 && seen.last?.tokens == result.newTokens)
        #expect(seen.map(\.done) == seen.map(\.done).sorted() && Set(seen.map(\.done)).count == 21)
    }

    @Test func `demonstrations and kept prompts are in the records and in the settings`() throws {
        var run = try Support.run(shots: 2)
        run.keepsPrompts = true
        let result = try run.run(examples(3))
        #expect(result.records.map(\.shots) == [2, 2, 2])
        #expect(result.records.allSatisfy { $0.prompt?.components(separatedBy: "Question: ").count == 4 })
        #expect(result.settings.prompt?.shots == 2 && result.settings.prompt?.selection == "random, seed 3")
    }

    @Test func `what cannot be run is an error that says so`() throws {
        #expect(
            Support.message { try Support.run().run(RunExamples([Record](), references: [])) }
                == "the data have no records; give at least one")
        #expect(
            Support.message { try Support.run().run(RunExamples(Support.records(2), references: ["summary"])) }
                == "record: line 1: there is no field “summary”. The record has “text”, “answer”: name one of them, or "
                + "rename it.")
        #expect(
            Support.message {
                try Support.run {
                    $0.doSample = true
                    $0.numReturnSequences = 2
                }
            } == "num_return_sequences: a run takes one continuation of each prompt. Leave it at 1.")
    }

    @Test func `classes are compared with the words that the template has for them`() throws {
        var examples = RunExamples(
            [["text": "fine", "answer": 1], ["text": "bad", "answer": "so so"]],
            references: ["answer"])
        examples.labelWords = ["0": "negative", "1": "positive"]
        var found: [[String]] = []
        try examples.forEach { found.append($2) }
        #expect(found == [["positive"], ["so so"]])
    }

    @Test func `several fields and lists are several right answers`() throws {
        let record: Record = ["text": "a", "one": "x", "more": ["y", "z"]]
        var found: [[String]] = []
        try RunExamples([record], references: ["one", "more"]).forEach { found.append($2) }
        #expect(found == [["x", "y", "z"]])
    }
}
