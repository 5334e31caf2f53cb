import FledgeGeneration
import FledgeModels
import FledgeTensor
import Foundation
import Testing

/// Greedy generations of every family that generates, beside transformers'.
struct FamilyGenerationTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let name: String
            let arguments: [String: Double]
            let inputIds: [[Int]]
            let tokenIds: [[Int]]
        }
        let generation: [Case]?
    }

    private static let root = Fixtures.directory("families")

    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { name in (try? golden(name))?.generation?.isEmpty == false }.sorted()
    }()

    private static func golden(_ name: String) throws -> Golden {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Golden.self, from: Data(contentsOf: root.appending(path: "\(name)/golden.json")))
    }

    @Test func thereAreGenerationsOfSixFamilies() {
        for family in ["bart", "bloom", "gpt2", "gru", "llama", "lstm"] {
            #expect(Self.names.contains { $0.hasPrefix(family) }, "\(family)")
        }
    }

    @Test(arguments: names)
    func greedyTokensAreThoseOfTransformers(name: String) throws {
        let directory = Self.root.appending(path: name)
        let generator = TextGenerator(
            model: try AutoModelForGeneration.from(directory: directory), tokenizer: nil,
            config: try GenerationConfig(directory: directory))
        for golden in try Self.golden(name).generation ?? [] {
            var config = generator.config
            // The reference goes on beyond what a model was trained with.
            config.contextLength = 4096
            for (argument, value) in golden.arguments {
                switch argument {
                case "max_new_tokens": config.maxNewTokens = Int(value)
                case "min_new_tokens": config.minNewTokens = Int(value)
                case "repetition_penalty": config.repetitionPenalty = Float(value)
                case "no_repeat_ngram_size": config.noRepeatNgramSize = Int(value)
                default: Issue.record("\(name) has the argument \(argument), which this test does not know")
                }
            }
            for chunk in [1024, 5] {
                config.prefillChunk = chunk
                let completions = try generator.complete(tokens: golden.inputIds, config: config).completions
                #expect(completions.map(\.tokenIDs) == golden.tokenIds, "\(name), \(golden.name), chunks of \(chunk)")
            }
        }
    }

    @Test func storiesGoOnAsTheReferenceTellsThem() throws {
        let shared =
            ProcessInfo.processInfo.environment["FLEDGE_SHARED"].map { URL(filePath: $0) }
            ?? Fixtures.directory("../../../shared").standardizedFileURL
        let directory = shared.appending(path: "checkpoints/stories260K-hf")
        guard FileManager.default.fileExists(atPath: directory.path) else {
            print("skipped: there is no folder ../shared (or FLEDGE_SHARED) with stories260K-hf")
            return
        }
        let data = try Data(contentsOf: directory.appending(path: "golden.json"))
        struct Story: Decodable {
            let promptIds: [Int]
            let greedyIds: [Int]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let story = try decoder.decode(Story.self, from: data)
        for type in [WeightType.float32, .float16] {
            let generator = TextGenerator(
                model: try AutoModelForCausalLM.from(directory: directory, type: type), tokenizer: nil,
                config: try GenerationConfig(directory: directory))
            var config = generator.config
            config.maxNewTokens = story.greedyIds.count - story.promptIds.count
            let got = try generator.complete(tokens: [story.promptIds], config: config).completions[0].tokenIDs
            #expect(story.promptIds + got == story.greedyIds, "\(type)")
        }
    }

    @Test func samplesOfOnePromptAreThoseOfThePromptAlone() throws {
        let directory = Self.root.appending(path: "gpt2-prefix")
        let generator = TextGenerator(
            model: try AutoModelForCausalLM.from(directory: directory), tokenizer: nil, config: GenerationConfig())
        var config = generator.config
        (config.doSample, config.maxNewTokens, config.numReturnSequences, config.seed) = (true, 8, 4, 5)
        let prompt = [14, 35, 38, 62, 55]
        let together = try generator.complete(tokens: [prompt], config: config).completions.map(\.tokenIDs)
        #expect(together.count == 4 && Set(together).count > 1)
        config.numReturnSequences = 1
        let alone = try generator.complete(tokens: [prompt, prompt, prompt, prompt], config: config)
        #expect(together == alone.completions.map(\.tokenIDs))
        config.doSample = false
        config.numReturnSequences = 2
        #expect(throws: GenerationError.self) { try generator.complete(tokens: [prompt], config: config) }
    }

    @Test func theContextWindowIsTheConfigurations() throws {
        let directory = Self.root.appending(path: "gpt2-prefix")
        let generator = TextGenerator(
            model: try AutoModelForCausalLM.from(directory: directory), tokenizer: nil, config: GenerationConfig())
        var config = generator.config
        config.maxNewTokens = 100
        func prompt(_ count: Int) -> [Int] { (0..<count).map { $0 % 60 } }
        // 48 positions: the token after the last is predicted and not read.
        for (count, expected) in [(48, 1), (47, 2), (40, 9)] {
            let completion = try generator.complete(tokens: [prompt(count)], config: config).completions[0]
            #expect(completion.tokenIDs.count == expected && completion.finishReason == .length)
        }
        #expect(throws: GenerationError.promptTooLong(tokens: 49, limit: 48, canGrow: false)) {
            try generator.complete(tokens: [prompt(49)], config: config)
        }
        config.contextLength = 12
        #expect(try generator.complete(tokens: [prompt(10)], config: config).completions[0].tokenIDs.count == 3)
    }
}
