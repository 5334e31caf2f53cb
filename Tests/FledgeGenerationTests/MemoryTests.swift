import FledgeGeneration
import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// Each test measures a process of its own, since the heap belongs to all that run in one.
struct MemoryTests {
    @Test(.enabled(if: Heap.bytes > 0)) func aSteadyStepLeavesNothingOnTheHeap() async {
        await #expect(processExitsWith: .success) {
            let model = try AutoModelForSeq2SeqLM.from(
                directory: Fixtures.directory("t5-tiny"), engine: Engine(threads: 1))
            var config = GenerationConfig()
            (config.doSample, config.topK, config.topP, config.temperature) = (true, 50, 0.95, 1.3)
            (config.repetitionPenalty, config.maxNewTokens) = (1.1, 2100)
            let prompts = [[5, 16, 1], [271, 26, 270, 357, 1]]
            var grown = 0
            // The first time the thread's scratch memory grows to what the longest step needs; it stays.
            for _ in 0..<2 {
                var search = SingleSequenceSearch(model: model, prompts: prompts, config: config)
                // The table of biases by distance doubles now and then; from here on it is large enough.
                for _ in 0..<1100 { search.step() }
                let before = Heap.bytes
                for _ in 0..<1000 { search.step() }
                grown = Heap.bytes - before
            }
            #expect(grown < 2048, "\(grown) bytes in 1000 steps of 2 sequences")
        }
    }

    @Test func aMillionNewTokensTakeNoMemoryBeforeTheyAreThere() async {
        await #expect(processExitsWith: .success) {
            let generator = try Fixtures.idGenerator("t5-tiny")
            var config = generator.config
            config.maxNewTokens = 1_000_000
            let before = Heap.peakResidentBytes
            let prompt = [271, 26, 270, 357, 85, 116, 134, 469, 1]
            var ids: [Int] = []
            let elapsed = try ContinuousClock().measure {
                ids = try generator.complete(tokens: [prompt], config: config).completions[0].tokenIDs
            }
            #expect(ids == [253, 403, 95, 229, 1])
            #expect(elapsed < .seconds(5))
            let grown = Heap.peakResidentBytes - before
            // The caches of a million tokens would be 512 MB.
            #expect(grown < 150_000_000, "\(grown) bytes")
        }
    }
}
