import FledgeData
import FledgeEvaluation
import FledgeGeneration
import FledgeLifecycle
import FledgeModels
import FledgeTemplates
import FledgeTokenizers
import Foundation
import Testing

@Suite struct PerplexityRunTests {
    /// `Tests/Fixtures/perplexity/golden.json`.
    private struct Golden: Decodable {
        struct Causal: Decodable {
            struct Case: Decodable {
                let length: Int
                let stride: Int
                let logProbabilities: [Double]
            }
            let model: String
            let text: String
            let cases: [Case]
        }
        struct Answers: Decodable {
            struct Case: Decodable {
                let prompt: String
                let answer: String
                let tokens: Int
                let logProbability: Double
            }
            let cases: [Case]
        }
        let characters: String
        let causal: [Causal]
        let answers: Answers

        static func read() throws -> Golden {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let url = Support.fixtures.appending(path: "perplexity/golden.json")
            return try decoder.decode(Golden.self, from: Data(contentsOf: url))
        }

        /// A tokenizer whose ids are the places of characters.
        func tokenizer() throws -> any Tokenizer {
            let pieces = ["<unk>"] + characters.map(String.init)
            let vocabulary = pieces.map { "[\"\($0)\",-1.0]" }.joined(separator: ",")
            let text = """
                {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,
                "decoder":null,"model":{"type":"Unigram","unk_id":0,"byte_fallback":false,"vocab":[\(vocabulary)]}}
                """
            return try AutoTokenizer.read(tokenizerJSON: Array(text.utf8), named: "tokenizer.json")
        }
    }

    private let model = RunModel(name: "m", weightsHash: "w", configHash: "c", dtype: "float32")
    private let data = RunSource(name: "d", hash: "d")

    private func causal(_ name: String) throws -> TextGenerator {
        let directory = Support.fixtures.appending(path: "families/\(name)")
        return TextGenerator(
            model: try AutoModelForGeneration.from(directory: directory), tokenizer: try Golden.read().tokenizer(),
            config: GenerationConfig())
    }

    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-5 * abs(expected) } ?? false
    }

    @Test func `windows of every length and stride have the sums of transformers`() throws {
        for golden in try Golden.read().causal {
            let generator = try causal(golden.model)
            let examples = RunExamples([["text": .string(golden.text)]], references: [])
            for expected in golden.cases {
                let run = PerplexityRun(
                    generator, scoring: .text(field: "text", window: expected.length, stride: expected.stride),
                    model: model, data: data)
                let result = try run.run(examples)
                #expect(result.records.count == expected.logProbabilities.count)
                for (record, sum) in zip(result.records, expected.logProbabilities) {
                    // Of a token that is almost certain float32 leaves few digits.
                    let difference = abs((record.logProbability ?? .nan) - sum)
                    #expect(difference <= 1e-5 * max(5, abs(sum)), "\(golden.model) \(expected.length)")
                }
                // The first character is not scored.
                let first = golden.text.prefix(1).utf8.count
                #expect(result.records.reduce(0) { $0 + $1.newTokens } == golden.text.count - 1)
                #expect(result.records.reduce(0) { $0 + ($1.bytes ?? 0) } == golden.text.utf8.count - first)
                let total = expected.logProbabilities.reduce(0, +)
                let scores = try result.perplexity(resampling: nil).scores
                #expect(scores.map(\.name) == ["perplexity", "nats_per_token", "bits_per_byte"])
                #expect(isClose(scores[0].score.value, exp(-total / 89)))
                #expect(isClose(scores[2].score.value, -total / log(2) / Double(golden.text.utf8.count - first)))
            }
        }
    }

    @Test func `answers of an encoder–decoder have the sums of transformers`() throws {
        let golden = try Golden.read().answers
        let builder = PromptBuilder(
            try PromptTemplate(
                "{# inputs: prompt #}\n{# target: answer #}\n{# query #}\n{{ prompt }}\n{# answer #}\n{{ answer }}"))
        let run = PerplexityRun(try Support.generator.get(), scoring: .references(builder), model: model, data: data)
        let records: [Record] = golden.cases.map { ["prompt": .string($0.prompt), "answer": .string($0.answer)] }
        let result = try run.run(RunExamples(records, references: ["answer"]))
        #expect(result.settings.task == .perplexity && result.records.count == golden.cases.count)
        for (record, expected) in zip(result.records, golden.cases) {
            #expect(isClose(record.logProbability, expected.logProbability), "\(expected.prompt)")
            #expect(record.newTokens == expected.tokens && record.bytes == expected.answer.utf8.count)
        }
    }

    @Test func `a run of windows goes on where it was stopped`() throws {
        let golden = try #require(try Golden.read().causal.first)
        let directory = try TemporaryDirectory()
        let run = PerplexityRun(
            try causal(golden.model), scoring: .text(field: "text", window: 8, stride: 2), model: model, data: data)
        let examples = RunExamples([["text": .string(golden.text)], ["text": "abc"]], references: [])
        let expected = try run.run(examples)
        var asked = 0
        #expect(throws: CancellationError.self) {
            try run.run(
                examples, in: directory.path,
                isCancelled: {
                    asked += 1
                    return asked > 20
                })
        }
        let result = try run.run(examples, in: directory.path)
        #expect(result.resumed == 16 && result.records.timeless == expected.records.timeless)
    }

    @Test func `what cannot be scored is an error that says so`() throws {
        let encoderDecoder = PerplexityRun(
            try Support.generator.get(), scoring: .text(field: "text", window: nil, stride: nil), model: model,
            data: data)
        let examples = RunExamples([["text": "abc"]], references: [])
        #expect(
            Support.message { try encoderDecoder.run(examples) }
                == "model: an encoder–decoder is scored on answers to prompts, not on texts alone. Give a template and "
                + "references.")
        func message(window: Int?, stride: Int?) throws -> String {
            let run = PerplexityRun(
                try causal("gpt2-bare"), scoring: .text(field: "text", window: window, stride: stride), model: model,
                data: data)
            return Support.message { try run.run(examples) }
        }
        #expect(
            try message(window: 49, stride: nil)
                == "window: it is 49 tokens, and the model has 48 positions. Use 48 or fewer.")
        #expect(
            try message(window: 1, stride: nil) == "window: a window of 1 tokens predicts nothing. Use 2 or more.")
        #expect(
            try message(window: 8, stride: 8)
                == "stride: 8 is not in 1…7, below the window's length. Half the window is usual.")
        let short = PerplexityRun(
            try causal("gpt2-bare"), scoring: .text(field: "text", window: nil, stride: nil), model: model, data: data)
        #expect(
            Support.message { try short.run(RunExamples([["text": "a"]], references: [])) }
                == "the data have no records; give at least one")
    }
}
