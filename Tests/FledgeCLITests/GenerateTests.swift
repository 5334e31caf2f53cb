import Foundation
import Testing

struct GenerateTests {
    private let prompt = "Anna: Did you remember to water the tomatoes?"

    /// The texts of the completions.
    private func texts(_ json: [String: Any]) throws -> [String] {
        try completions(json).map { try #require($0["text"] as? String) }
    }

    private func completions(_ json: [String: Any]) throws -> [[String: Any]] {
        try #require(json["completions"] as? [[String: Any]])
    }

    private func generate(_ arguments: String..., model: String = Fledge.tiny) throws -> [String: Any] {
        let process = try Fledge.process(["generate", "--model", model, "--json"] + arguments)
        return try Fledge.finish(process).json()
    }

    @Test func jsonIsTheContract() throws {
        let json = try generate("--prompt", "Anna: Did you", "--max-new-tokens", "5")
        #expect(
            shape(json) == "{completions: [{finish_reason: text, text: text, token_ids: [number]}], "
                + "peak_memory_bytes: number, prompt_tokens: number, timings: {decode_seconds: number, "
                + "decode_tokens_per_second: number, load_seconds: number, prefill_seconds: number}}")
        #expect(json["prompt_tokens"] as? Int == 6)
        let completion = try #require(try completions(json).first)
        #expect((completion["token_ids"] as? [Int])?.count == 5)
        #expect(completion["finish_reason"] as? String == "length")
    }

    @Test func greedyIdsAreTheReferences() throws {
        let json = try generate("--input-ids", "271,26,270,357,85,116,134,469,1", "--max-new-tokens", "20")
        let completion = try #require(try completions(json).first)
        #expect(completion["token_ids"] as? [Int] == [253, 403, 95, 229, 1])
        #expect(completion["finish_reason"] as? String == "stop")
    }

    @Test func aModelWithoutTokenizerPrintsIds() throws {
        let result = try Fledge.run(
            "generate", "--model", Fledge.fixtures.path + "/t5-gated-gelu", "--input-ids", "44,16,9,51,4,56,37,53,1")
        #expect(result.output == "59,25,9,25,9,16,1\n")
        #expect(result.status == 0)
    }

    @Test func severalPromptsMakeABatchInTheirOrder() throws {
        let both = try texts(try generate("--prompt", prompt, "--prompt", "Ben", "--max-new-tokens", "8"))
        let first = try texts(try generate("--prompt", prompt, "--max-new-tokens", "8"))
        let second = try texts(try generate("--prompt", "Ben", "--max-new-tokens", "8"))
        #expect(both == first + second)
        #expect(first != second)
        let plain = try Fledge.run(
            "generate", "--model", Fledge.tiny, "--prompt", prompt, "--prompt", "Ben", "--max-new-tokens", "8")
        #expect(plain.output == both.map { $0 + "\n" }.joined())
    }

    @Test func aPromptComesFromAFileAPipeOrStandardInputAlike() throws {
        let directory = try TemporaryDirectory(["prompt.txt": prompt])
        let expected = try Fledge.run("generate", "--model", Fledge.tiny, "--prompt", prompt)
        let file = try Fledge.run(
            "generate", "--model", Fledge.tiny, "--prompt-file", directory.file("prompt.txt").path)
        let input = try Fledge.run("generate", "--model", Fledge.tiny, "--prompt-file", "-", input: prompt)
        let pipe = try Fledge.run("generate", "--model", Fledge.tiny, "--prompt-file", "/dev/stdin", input: prompt)
        #expect(expected.status == 0 && expected.output.count > 1)
        #expect([file.output, input.output, pipe.output] == [expected.output, expected.output, expected.output])
    }

    @Test func streamingPrintsTheSameText() throws {
        for flags in [[], ["--do-sample", "--seed", "4"], ["--stop", "wait"]] {
            let arguments = ["generate", "--model", Fledge.tiny, "--prompt", prompt] + flags
            let plain = try Fledge.finish(try Fledge.process(arguments))
            let streamed = try Fledge.finish(try Fledge.process(arguments + ["--stream"]))
            #expect(plain.output == streamed.output)
            #expect(plain.output.count > 1)
            #expect(plain.error.isEmpty && streamed.error.isEmpty)
        }
    }

    @Test func aStopSequenceCutsTheText() throws {
        let whole = try texts(try generate("--prompt", prompt))[0]
        let stop = String(whole.dropFirst(9).prefix(4))
        let json = try generate("--prompt", prompt, "--stop", "not in the text", "--stop", stop)
        let range = try #require(whole.range(of: stop))
        #expect(try texts(json) == [String(whole[..<range.lowerBound])])
        #expect(try completions(json)[0]["finish_reason"] as? String == "stop_sequence")
    }

    @Test func truncationKeepsTheBeginningAndATextsEnd() throws {
        let models = try BrokenModels()
        let short = models.directory.file("short-context").path
        let truncated = try generate("--input-ids", "3,4,5,6,7,8,9,10,1", "--truncate", model: short)
        let same = try generate("--input-ids", "3,4,5,6,7,8,9,10", model: short)
        #expect(truncated["prompt_tokens"] as? Int == 8)
        #expect(try texts(truncated) == texts(same))
        let text = try generate("--prompt", prompt, "--truncate", model: short)
        let ids = try generate("--input-ids", "239,15,393,362,26,126,191,1", model: short)
        #expect(try texts(text) == texts(ids))
        let longer = try generate("--prompt", prompt, "--context-length", "16", model: short)
        #expect(longer["prompt_tokens"] as? Int == 16)
        #expect(try texts(longer) == texts(generate("--prompt", prompt)))
    }

    @Test(arguments: [
        "--max-new-tokens 3", "--min-new-tokens 128", "--do-sample --seed 2", "--do-sample --temperature 9",
        "--do-sample --top-k 1", "--do-sample --top-p 0.01", "--repetition-penalty 3", "--stop e",
    ])
    func everyGenerationFlagHasAnEffect(flags: String) throws {
        let ids = "385,296,13,285,229,294,108,455,199,22,199,201,383,104,309,43,1"
        // Sampling flags are compared with sampling, the others with greedy decoding.
        let samples = flags.hasPrefix("--do-sample")
        let base = samples ? ["--do-sample", "--seed", "1"] : []
        var changed = flags.split(separator: " ").map(String.init)
        if samples && !flags.contains("--seed") { changed += ["--seed", "1"] }
        let arguments = ["generate", "--model", Fledge.tiny, "--input-ids", ids, "--json"]
        let before = try Fledge.finish(try Fledge.process(arguments + base)).json()
        let after = try Fledge.finish(try Fledge.process(arguments + changed)).json()
        let (idsBefore, idsAfter) = (try completions(before)[0]["token_ids"], try completions(after)[0]["token_ids"])
        #expect(idsBefore as? [Int] != idsAfter as? [Int])
    }

    @Test func theModelsOwnSamplingIsUsedAndCanBeSwitchedOff() throws {
        let models = try BrokenModels()
        let model = models.directory.file("short-context")
        try Data(#"{"eos_token_id": 1, "do_sample": true, "temperature": 2.0, "top_k": 0}"#.utf8)
            .write(to: model.appending(path: "generation_config.json"))
        let sampled = try texts(try generate("--prompt", "Anna", "--seed", "3", model: model.path))
        let greedy = try texts(try generate("--prompt", "Anna", "--no-do-sample", model: model.path))
        #expect(greedy == (try texts(try generate("--prompt", "Anna"))))
        #expect(sampled != greedy)
    }

    @Test func theStorageTypeHasAnEffect() throws {
        let info = try ["float32", "bfloat16", "int8"].map { type in
            try Fledge.run(
                "bench", "--model", Fledge.tiny, "--dtype", type, "--repeat", "1", "--new-tokens", "2", "--json"
            )
            .json()
        }
        #expect(info.map { $0["dtype"] as? String } == ["float32", "bfloat16", "int8"])
        let bytes = info.compactMap { $0["weight_bytes_per_token"] as? Int }
        #expect(bytes.count == 3 && bytes[0] > bytes[1] && bytes[1] > bytes[2])
        for type in ["bfloat16", "int8"] {
            #expect(try Fledge.run("generate", "--model", Fledge.tiny, "--prompt", "Anna", "--dtype", type).status == 0)
        }
    }
}
