import FledgeGeneration
import FledgeTensor
import Foundation
import Testing

/// `sampling.json`: the probabilities after transformers' processors.
struct GoldenSampling: Decodable {
    struct Settings: Decodable {
        let temperature: Float?
        let topK: Int?
        let topP: Float?
        let repetitionPenalty: Float?
        let minNewTokens: Int?

        func config(endTokens: [Int]) -> GenerationConfig {
            var config = GenerationConfig()
            config.doSample = true
            config.temperature = temperature ?? 1
            config.topK = topK ?? 0
            config.topP = topP ?? 1
            config.repetitionPenalty = repetitionPenalty ?? 1
            config.minNewTokens = minNewTokens ?? 0
            config.eosTokenIds = endTokens
            return config
        }
    }
    struct Case: Decodable {
        let name: String
        let logits: String
        let settings: Settings
        let processors: [String]
        let probabilities: [Float]
    }
    let eosTokenId: Int
    let decoderInputIds: [Int]
    let logits: [String: [Float]]
    let cases: [Case]

    static func read() throws -> GoldenSampling { try Fixtures.json(GoldenSampling.self, "sampling/sampling.json") }

    /// The start token and what was generated after it.
    var context: TokenContext {
        var context = TokenContext(tokens: Array(decoderInputIds.prefix(1)))
        for token in decoderInputIds.dropFirst() { context.append(token) }
        return context
    }

    /// The logits of a case after our processors.
    func processed(_ golden: Case) throws -> [Float] {
        var logits = try #require(logits[golden.logits])
        let context = context
        let processors = golden.settings.config(endTokens: [eosTokenId]).logitsProcessors
        logits.withUnsafeMutableBufferPointer { row in
            for processor in processors { processor.process(row, context: context) }
        }
        return logits
    }
}

struct ProcessorTests {
    @Test func probabilitiesAreTheReferences() throws {
        let golden = try GoldenSampling.read()
        #expect(golden.cases.count == 37)
        for item in golden.cases {
            let probabilities = softmax(try golden.processed(item))
            for (token, (ours, theirs)) in zip(probabilities, item.probabilities).enumerated() {
                #expect(
                    abs(ours - theirs) <= 1e-6 + 1e-5 * theirs,
                    "\(item.logits), \(item.name), token \(token): \(ours) instead of \(theirs)")
                #expect((ours < 1e-30) == (theirs < 1e-30), "\(item.logits), \(item.name), token \(token) kept or not")
            }
        }
    }

    @Test func processorsComeInTheReferencesOrder() throws {
        let names = [
            "RepetitionPenaltyLogitsProcessor": "RepetitionPenalty", "TopPLogitsWarper": "TopP",
            "MinNewTokensLengthLogitsProcessor": "MinNewTokens", "TopKLogitsWarper": "TopK",
            "TemperatureLogitsWarper": "Temperature",
        ]
        let golden = try GoldenSampling.read()
        for item in golden.cases {
            let ours = item.settings.config(endTokens: [1]).logitsProcessors.map { "\(type(of: $0))" }
            #expect(ours == item.processors.compactMap { names[$0] }, "\(item.name)")
        }
    }

    @Test func greedyDecodingLeavesOutTheSamplingProcessors() {
        var config = GenerationConfig()
        (config.temperature, config.topK, config.topP, config.repetitionPenalty) = (0.5, 3, 0.5, 1.2)
        #expect(config.logitsProcessors.map { "\(type(of: $0))" } == ["RepetitionPenalty"])
    }

    @Test func repetitionPenaltyTakesEachTokenOnceAndIgnoresThoseOutside() {
        var context = TokenContext(tokens: [-1, 2, 2])
        for token in [2, 0, 99, 0] { context.append(token) }
        #expect(context.tokens == [-1, 2, 2, 2, 0, 99, 0])
        #expect(context.distinctTokens == [2, 0, 99])
        #expect(context.newTokenCount == 4)
        var logits: [Float] = [4, 4, -4, 4]
        logits.withUnsafeMutableBufferPointer { RepetitionPenalty(2).process($0, context: context) }
        #expect(logits == [2, 4, -8, 4])
    }

    @Test func repetitionPenaltyOfALongTextTakesTheTimeOfItsDistinctTokens() {
        var context = TokenContext(tokens: [0])
        context.reserve(newTokens: 1_000_000, vocabularySize: 64)
        for token in 0..<1_000_000 { context.append(token % 64) }
        var logits = [Float](repeating: 1, count: 64)
        let elapsed = ContinuousClock().measure {
            for _ in 0..<1000 {
                logits.withUnsafeMutableBufferPointer { RepetitionPenalty(1.000_001).process($0, context: context) }
            }
        }
        // Looking at a million tokens a thousand times would take a second at the least.
        #expect(elapsed < .milliseconds(300))
    }

    @Test func notANumberIsNeverSampled() {
        var random = RandomGenerator(seed: 1)
        for _ in 0..<100 {
            var logits: [Float] = [.nan, 1, -.infinity, 2]
            let token = logits.withUnsafeMutableBufferPointer { MultinomialSampler().sample($0, random: &random) }
            #expect(token == 1 || token == 3)
        }
        var logits: [Float] = [.nan, 1, 3, 3]
        let token = logits.withUnsafeMutableBufferPointer { GreedySampler().sample($0, random: &random) }
        #expect(token == 2)
    }
}

/// Softmax in double precision.
func softmax(_ logits: [Float]) -> [Float] {
    let largest = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - largest) }
    let total = powers.reduce(0, +)
    return powers.map { Float($0 / total) }
}
