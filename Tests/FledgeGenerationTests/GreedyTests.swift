import FledgeGeneration
import FledgeModels
import FledgeTensor
import Foundation
import Testing

struct GreedyTests {
    @Test(arguments: [
        "t5-tiny", "t5-gated-gelu", "t5-gated-silu-buckets", "t5-odd-sizes", "t5-relu-tied", "t5-gated-gelu-sharded",
        "t5-gated-gelu-bfloat16", "t5-gated-gelu-float16", "t5-gated-gelu-resaved", "t5-gated-relu-head-unsaid",
        "t5-untied-without-head",
    ])
    func idsAreTheReferences(fixture: String) throws {
        let generator = try Fixtures.idGenerator(fixture)
        let golden = try Fixtures.json(GoldenGenerations.self, "\(fixture)/golden.json")
        #expect(!golden.generation.isEmpty)
        for item in golden.generation {
            var config = generator.config
            config.maxNewTokens = item.arguments.maxNewTokens
            config.minNewTokens = item.arguments.minNewTokens ?? 0
            config.repetitionPenalty = item.arguments.repetitionPenalty ?? 1
            let (completions, statistics) = try generator.complete(tokens: item.inputIds, config: config)
            #expect(completions.map(\.tokenIDs) == item.tokenIds, "\(item.name)")
            for completion in completions {
                let isEnded = completion.tokenIDs.last == 1
                #expect(completion.finishReason == (isEnded ? .stop : .length), "\(item.name)")
            }
            #expect(statistics.promptTokens == item.inputIds.joined().count)
            #expect(statistics.generatedTokens == item.tokenIds.joined().count)
            #expect(statistics.prefillTokens == item.inputIds.count)
        }
    }

    @Test func eachRowOfABatchIsWhatItIsAlone() throws {
        let generator = try Fixtures.idGenerator("t5-gated-gelu")
        let golden = try Fixtures.json(GoldenGenerations.self, "t5-gated-gelu/golden.json")
        let item = try #require(golden.generation.first { $0.name == "padded batch" })
        var config = generator.config
        config.maxNewTokens = item.arguments.maxNewTokens
        for (prompt, ids) in zip(item.inputIds, item.tokenIds) {
            #expect(try generator.complete(tokens: [prompt], config: config).completions[0].tokenIDs == ids)
        }
    }

    @Test func promptsThatCannotBeUsedAreRefusedWithAReason() throws {
        let generator = try Fixtures.idGenerator("t5-tiny")
        func message(_ prompts: [[Int]], _ change: (inout GenerationConfig) -> Void = { _ in }) -> String {
            var config = generator.config
            change(&config)
            do {
                _ = try generator.complete(tokens: prompts, config: config)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        #expect(message([]) == "there is no prompt; give at least one")
        #expect(message([[1], []]) == "prompt 2 has no tokens; a model needs at least one")
        #expect(
            message([[5, 640]])
                == "token id 640 is outside the model's vocabulary of 640; ids go from 0 to 639")
        #expect(
            message([[-1]]) == "token id -1 is outside the model's vocabulary of 640; ids go from 0 to 639")
        #expect(
            message([[1]]) { $0.decoderStartTokenId = 700 }
                == "token id 700 is outside the model's vocabulary of 640; ids go from 0 to 639")
        #expect(
            message([[5, 16, 1]]) { $0.contextLength = 2 }
                == "the prompt has 3 tokens and the model's context holds 2; shorten it, or pass --truncate to keep the "
                + "first 2 tokens, or --context-length 3 to go beyond what it was trained with")
        #expect(message([[1]]) { $0.maxNewTokens = 0 } == "max_new_tokens is 0; it must be at least 1")
    }

    @Test func aModelsOwnContextLengthCountsUnlessTheConfigurationSaysAnother() throws {
        let generator = try TinyVocabulary.generator(says: [["</s>"]])
        let prompt = [Int](repeating: 3, count: 65)
        #expect(throws: GenerationError.promptTooLong(tokens: 65, limit: 64, canGrow: true)) {
            try generator.complete(tokens: [prompt])
        }
        var config = generator.config
        config.contextLength = 65
        #expect(try generator.complete(tokens: [prompt], config: config).completions[0].tokenIDs == [1])
    }

    @Test func cachesLargerThanTheMemoryAreRefused() throws {
        let generator = try TinyVocabulary.generator(says: [["</s>"]], bytesPerToken: 1 << 40)
        var config = generator.config
        config.maxNewTokens = 1_000_000
        do {
            _ = try generator.complete(tokens: [[3]], config: config)
            Issue.record("a million TiB were promised")
        } catch GenerationError.notEnoughMemory(let bytes, let available) {
            #expect(bytes == 1_000_000 << 40)
            #expect(available > 0 && available <= Int(ProcessInfo.processInfo.physicalMemory))
            let error = GenerationError.notEnoughMemory(bytes: bytes, available: 1 << 30)
            #expect(
                error.description
                    == "the caches for this would take 1048576000000 MiB, and 1024 MiB can be had; ask for fewer "
                    + "new tokens (--max-new-tokens), a shorter prompt or a smaller batch")
        }
    }
}
