import FledgeGeneration
import FledgeModels
import Foundation
import Testing

struct GenerationConfigTests {
    /// What reading the files says, the directory's name replaced.
    private func read(_ files: [String: String]) throws -> (config: GenerationConfig?, message: String) {
        let directory = try TemporaryDirectory(files)
        do {
            return (try GenerationConfig(directory: directory.url), "no error")
        } catch {
            return (nil, "\(error)".replacingOccurrences(of: directory.url.path, with: "DIR"))
        }
    }

    @Test func everyFieldOfTheFileIsRead() throws {
        let text = """
            {"max_new_tokens": 33, "min_new_tokens": 4, "do_sample": true, "temperature": 1, "top_k": 7,
             "top_p": 0.5, "repetition_penalty": 1.25, "eos_token_id": [1, 5], "decoder_start_token_id": 3,
             "transformers_version": "5.0", "pad_token_id": null}
            """
        var expected = GenerationConfig()
        (expected.maxNewTokens, expected.minNewTokens, expected.doSample) = (33, 4, true)
        (expected.temperature, expected.topK, expected.topP) = (1, 7, 0.5)
        (expected.repetitionPenalty, expected.eosTokenIds, expected.decoderStartTokenId) = (1.25, [1, 5], 3)
        #expect(try read(["generation_config.json": text]).config == expected)
    }

    @Test func anAbsentFileLeavesTheDefaultsAndTheModelsEnd() throws {
        var expected = GenerationConfig()
        #expect(try read([:]).config == expected)
        expected.eosTokenIds = [1]
        #expect(try read(["config.json": #"{"eos_token_id": 1}"#]).config == expected)
        #expect(
            try read(["config.json": #"{"eos_token_id": 1}"#, "generation_config.json": "{}"]).config == expected)
    }

    @Test func theFilesEndGoesBeforeTheModels() throws {
        let files = ["config.json": #"{"eos_token_id": 1}"#, "generation_config.json": #"{"eos_token_id": 9}"#]
        #expect(try read(files).config?.eosTokenIds == [9])
    }

    @Test func aMaximumLengthCountsTheStartToken() throws {
        #expect(try read(["generation_config.json": #"{"max_length": 20}"#]).config?.maxNewTokens == 19)
        let both = #"{"max_length": 20, "max_new_tokens": 7}"#
        #expect(try read(["generation_config.json": both]).config?.maxNewTokens == 7)
    }

    @Test func samplingValuesThatNobodyUsesAreNoError() throws {
        let text = #"{"do_sample": false, "temperature": 0.0, "top_k": -1, "top_p": 2}"#
        #expect(try read(["generation_config.json": text]).config?.temperature == 0)
    }

    @Test func damagedFilesAreRefusedWithTheirNameAndPlace() throws {
        let cases = [
            ("{", "DIR/generation_config.json: "),
            ("[]", "DIR/generation_config.json: "),
            (#"{"top_k": "many"}"#, "DIR/generation_config.json: "),
        ]
        for (text, prefix) in cases {
            let message = try read(["generation_config.json": text]).message
            #expect(message.hasPrefix(prefix) && message.count > prefix.count + 8, "\(message)")
        }
        #expect(
            try read(["generation_config.json": #"{"top_k": "many"}"#]).message.contains("top_k"))
        #expect(
            try read(["generation_config.json": #"{"max_new_tokens": 0}"#]).message
                == "DIR/generation_config.json: max_new_tokens is 0; it must be at least 1")
    }

    @Test func aValueOutOfRangeIsSaidInWords() {
        func complaint(_ change: (inout GenerationConfig) -> Void) -> String? {
            var config = GenerationConfig()
            config.doSample = true
            change(&config)
            return config.complaint
        }
        #expect(complaint { _ in } == nil)
        #expect(complaint { $0.maxNewTokens = 0 } == "max_new_tokens is 0; it must be at least 1")
        #expect(complaint { $0.maxNewTokens = 1_000_001 } == "max_new_tokens is 1000001; it may be at most 1000000")
        #expect(complaint { $0.minNewTokens = -1 } == "min_new_tokens is -1; it must not be negative")
        #expect(
            complaint { $0.minNewTokens = 129 }
                == "min_new_tokens (129) is larger than max_new_tokens (128); change one")
        for value: Float in [0, -1, .nan, .infinity] {
            #expect(
                complaint { $0.temperature = value }
                    == "temperature is \(value); it must be above 0 (for greedy decoding leave sampling off)")
            #expect(
                complaint { $0.repetitionPenalty = value }
                    == "repetition_penalty is \(value); it must be above 0 (1 for none)")
        }
        #expect(complaint { $0.topK = -1 } == "top_k is -1; it must not be negative (0 for no limit)")
        for value: Float in [-0.5, 1.5, .nan] {
            #expect(complaint { $0.topP = value } == "top_p is \(value); it must be from 0 to 1 (1 for no limit)")
        }
        #expect(complaint { $0.topP = 0 } == nil)
        #expect(
            complaint { $0.stopSequences = ["a", ""] }
                == "a stop sequence is empty; give the text that ends the generation")
    }
}
