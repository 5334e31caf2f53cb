import FledgeGeneration
import FledgeModels
import Foundation
import Testing

struct SharedModelTests {
    private let prompts = [[22, 11, 20, 16, 1], [28, 18, 1], [39, 62, 50, 18, 14, 33, 22, 6, 1], [1]]

    private func sampling(_ generator: TextGenerator, seed: UInt64) -> GenerationConfig {
        var config = generator.config
        config.doSample = true
        config.topK = 0
        config.temperature = 1.5
        config.maxNewTokens = 30
        config.eosTokenIds = []
        config.seed = seed
        return config
    }

    @Test func eightGenerationsAtOnceGiveWhatEachGivesAlone() async throws {
        let generator = try Fixtures.idGenerator("t5-gated-gelu")
        let prompts = prompts
        let configs = (0..<8).map { sampling(generator, seed: UInt64($0)) }
        let alone = try configs.map { try generator.complete(tokens: prompts, config: $0).completions }
        for _ in 0..<5 {
            let together = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
                for (index, config) in configs.enumerated() {
                    group.addTask { (index, try generator.complete(tokens: prompts, config: config).completions) }
                }
                return try await group.reduce(into: [Int: [Completion]]()) { $0[$1.0] = $1.1 }
            }
            for index in alone.indices { #expect(together[index] == alone[index]) }
        }
    }

    @Test func theSameSeedGivesTheSameSampleAndAnotherSeedAnother() throws {
        let generator = try Fixtures.idGenerator("t5-gated-gelu")
        func sample(_ seed: UInt64) throws -> [[Int]] {
            try generator.complete(tokens: prompts, config: sampling(generator, seed: seed)).completions.map(\.tokenIDs)
        }
        let first = try sample(1)
        #expect(try sample(1) == first)
        #expect(try sample(2) != first)
        #expect(try sample(UInt64.max) != first)
    }

    @Test func aRowsSampleDoesNotDependOnTheOthersOfItsBatch() throws {
        let generator = try Fixtures.idGenerator("t5-gated-gelu")
        func sample(_ batch: [[Int]], row: Int, endTokens: [Int] = []) throws -> [Int] {
            var config = sampling(generator, seed: 11)
            config.eosTokenIds = endTokens
            return try generator.complete(tokens: batch, config: config).completions[row].tokenIDs
        }
        let first = try sample([prompts[0]], row: 0)
        #expect(try sample([prompts[0], prompts[1], prompts[2]], row: 0) == first)
        let second = try sample([prompts[3], prompts[1]], row: 1)
        #expect(try sample([prompts[2], prompts[1], prompts[0], prompts[3]], row: 1) == second)
        // Nor on when the others end: here the first row's first token ends it.
        let ended = try sample([prompts[0], prompts[1]], row: 1, endTokens: [first[0]])
        #expect(ended == Array(second.prefix { $0 != first[0] }) + (second.contains(first[0]) ? [first[0]] : []))
    }

    @Test func equalPromptsOfABatchAreDrawnIndependently() throws {
        let generator = try Fixtures.idGenerator("t5-gated-gelu")
        let config = sampling(generator, seed: 5)
        let ids = try generator.complete(tokens: Array(repeating: prompts[0], count: 4), config: config)
            .completions.map(\.tokenIDs)
        #expect(Set(ids).count == 4)
    }
}
