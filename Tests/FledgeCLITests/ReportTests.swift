import FledgeTensor
import Foundation
import Testing

struct ReportTests {
    @Test func forwardWritesTheReferencesNumbers() throws {
        let golden = try SafetensorsFile(path: Fledge.tiny + "/golden.safetensors")
        func ids(_ name: String) throws -> String {
            try golden.tensor("length-17.\(name)").integers.map(String.init).joined(separator: ",")
        }
        let directory = try TemporaryDirectory()
        let path = directory.file("out.safetensors").path
        let json = try Fledge.run(
            "forward", "--model", Fledge.tiny, "--input-ids", try ids("input_ids"), "--decoder-input-ids",
            try ids("decoder_input_ids"), "--hidden-states", "--output", path, "--json"
        ).json()
        #expect(json["output"] as? String == path)
        #expect(json["seconds"] is Double)
        let shapes = try #require(json["tensors"] as? [String: [Int]])
        let written = try SafetensorsFile(path: path)
        #expect(Set(written.entries.keys) == Set(shapes.keys))
        #expect(shapes.count == 8)
        for (name, shape) in shapes {
            let expected = try golden.tensor("length-17.\(name)")
            #expect(Array(expected.shape) == shape)
            let values = zip(try written.tensor(name).scalars, expected.scalars)
            let scale = expected.scalars.reduce(0) { max($0, abs($1)) }
            let distance = values.reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
            #expect(distance <= 1e-4 * scale, "\(name) is off by \(distance)")
        }
    }

    @Test func forwardWithoutHiddenStatesNamesWhatItWrote() throws {
        let directory = try TemporaryDirectory(["out.safetensors": "old"])
        let path = directory.file("out.safetensors").path
        let result = try Fledge.run("forward", "--model", Fledge.tiny, "--input-ids", "5,16,1", "--output", path)
        #expect(result.output == "encoder_last_hidden_state [1, 3, 32]\nlogits [1, 1, 640]\n")
        #expect(result.status == 0 && result.error.isEmpty)
        #expect(try SafetensorsFile(path: path).entries.count == 2)
    }

    @Test func infoIsTheContract() throws {
        let json = try Fledge.run("info", "--model", Fledge.tiny, "--json").json()
        let types = WeightType.allCases.map(\.rawValue).sorted().map { "\($0): number" }.joined(separator: ", ")
        #expect(
            shape(json) == "{architectures: [text], directory: text, file_bytes: number, is_supported: bool, "
                + "memory_bytes: {\(types)}, model_type: text, "
                + "parameters: number, stored_types: {F32: number}, vocabulary_size: number}")
        #expect(json["parameters"] as? Int == 90752)
        #expect(json["file_bytes"] as? Int == 363008)
        let plain = try Fledge.run("info", "--model", Fledge.tiny)
        let expected = """
            model          t5
            architecture   T5ForConditionalGeneration
            parameters     90,752
            files          363 kB (F32 ×52)
            memory         float32 363 kB
                           bfloat16 182 kB
                           float16 182 kB
                           int8 114 kB
            context        no fixed bound
            vocabulary     640 tokens
            directory      FIXTURES/t5-tiny

            """
        #expect(plain.output.replacingOccurrences(of: Fledge.fixtures.path, with: "FIXTURES") == expected)
    }

    @Test func infoDescribesAModelThatCannotBeRun() throws {
        let models = try BrokenModels()
        let json = try Fledge.run("info", "--model", models.directory.file("unsupported").path, "--json").json()
        #expect(json["is_supported"] as? Bool == false)
        #expect(json["model_type"] as? String == "gpt_neox")
    }

    @Test func benchIsTheContract() throws {
        let spread = "{max: number, median: number, min: number}"
        let json = try Fledge.run(
            "bench", "--model", Fledge.tiny, "--prompt-tokens", "8,16", "--batch", "3", "--new-tokens", "4", "--repeat",
            "2", "--threads", "2", "--dtype", "int8", "--json"
        ).json()
        #expect(
            shape(json) == "{bandwidth_bytes_per_second: number, batch: number, batch_tokens_per_second: \(spread), "
                + "decode_tokens_per_second: \(spread), dtype: text, isa: text, load_seconds: \(spread), "
                + "new_tokens: number, peak_memory_bytes: \(spread), prefill_seconds: \(spread), "
                + "prompt_tokens: [number], threads: number, weight_bytes_per_token: number}")
        #expect(json["prompt_tokens"] as? [Int] == [8, 16, 8])
        #expect(json["threads"] as? Int == 2)
        #expect(json["dtype"] as? String == "int8")
        for name in ["decode_tokens_per_second", "prefill_seconds", "batch_tokens_per_second", "load_seconds"] {
            let values = try #require(json[name] as? [String: Double])
            #expect(values["min", default: 0] > 0 && values["min", default: 0] <= values["median", default: 0])
            #expect(values["median", default: 0] <= values["max", default: 0])
        }
        let plain = try Fledge.run("bench", "--model", Fledge.tiny, "--new-tokens", "2", "--repeat", "1")
        #expect(plain.status == 0)
        for line in ["load ", "to first token ", "decode ", "memory bound ", "peak memory "] {
            #expect(plain.output.contains("\n" + line), "\(line)")
        }
    }

    @Test func theEnvironmentChoosesInstructionSetAndThreads() throws {
        for isa in Engine.availableISAs {
            let json = try Fledge.run(
                "bench", "--model", Fledge.tiny, "--new-tokens", "2", "--repeat", "1", "--json",
                environment: ["FLEDGE_ISA": isa, "FLEDGE_THREADS": "2"]
            ).json()
            #expect(json["isa"] as? String == isa)
            #expect(json["threads"] as? Int == 2)
        }
    }

    @Test func aCachedModelIsFoundByItsIdWithoutANetwork() throws {
        let directory = try TemporaryDirectory()
        let commit = String(repeating: "a", count: 40)
        let folder = directory.file("hub/models--org--tiny")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "snapshots"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: folder.appending(path: "refs"), withIntermediateDirectories: true)
        try Data(commit.utf8).write(to: folder.appending(path: "refs/main"))
        let snapshot = folder.appending(path: "snapshots/\(commit)")
        try FileManager.default.copyItem(at: URL(filePath: Fledge.tiny), to: snapshot)
        let environment = ["HF_HOME": directory.url.path]
        let json = try Fledge.run("hub", "download", "org/tiny", "--json", environment: environment).json()
        #expect(json as? [String: String] == ["directory": snapshot.path])
        let plain = try Fledge.run("hub", "download", "org/tiny@main", environment: environment)
        #expect(plain.output == snapshot.path + "\n")
        let text = try Fledge.run("generate", "--model", "org/tiny", "--prompt", "Anna", environment: environment)
        #expect(text.output == (try Fledge.run("generate", "--model", Fledge.tiny, "--prompt", "Anna")).output)
    }
}
