import Foundation
import Testing

/// Low-rank adapters that one command makes and others use.
struct AdapterCommandTests {
    private func ids(_ result: Fledge.Result) throws -> [[Int]] {
        let json = try result.json()
        return try #require(json["completions"] as? [[String: Any]]).map { try #require($0["token_ids"] as? [Int]) }
    }

    @Test func `A model with an adapter generates what the merged model generates`() throws {
        let directory = try TemporaryDirectory([
            "data.jsonl": (0..<8).map { #"{"source": "the cat \#($0)", "target": "sat on the mat"}"# }
                .joined(separator: "\n")
        ])
        let (adapter, merged) = (directory.file("adapter").path, directory.file("merged").path)
        let training = ["finetune", "--model", Fledge.tiny, "--data", directory.file("data.jsonl").path]
        let learn = [
            "--lora-rank", "4", "--lora-target-modules", "q,v", "--lora-alpha", "32", "--learning-rate", "0.05",
            "--max-steps", "12", "--dtype", "int8", "--output", adapter,
        ]
        #expect(try Fledge.finish(try Fledge.process(training + learn)).status == 0)
        let merge = [
            "--adapter", adapter, "--lora-merge", "--learning-rate", "0", "--max-steps", "1", "--output", merged,
        ]
        #expect(try Fledge.finish(try Fledge.process(training + merge)).status == 0)
        func generate(_ model: String, _ more: [String]) throws -> [[Int]] {
            let arguments = ["generate", "--model", model, "--input-ids", "37,25,19,1", "--json"]
            return try ids(
                try Fledge.finish(try Fledge.process(arguments + ["--max-new-tokens", "12"] + more)))
        }
        let plain = try generate(Fledge.tiny, [])
        let expected = try generate(merged, [])
        #expect(expected != plain)
        for type in ["float32", "float16"] {
            #expect(try generate(Fledge.tiny, ["--adapter", adapter, "--dtype", type]) == expected, "\(type)")
        }
        #expect(try generate(Fledge.tiny, ["--adapter", adapter, "--dtype", "int8"]) != plain)
        #expect(FileManager.default.fileExists(atPath: merged + "/model.safetensors"))
    }

    @Test func `A classifier's run tells its accuracy, and keeps the best`() throws {
        let lines = (0..<24).map { line in
            "{\"input_ids\": [\(line % 2 == 0 ? "5, 6" : "40, 41"), \(9 + line % 3)], \"label\": \(line % 2)}"
        }
        let config =
            #"{"model_type": "bert", "vocab_size": 64, "num_hidden_layers": 1, "hidden_size": 32, "#
            + #""num_attention_heads": 2, "intermediate_size": 32, "num_labels": 2}"#
        let files = try TrainingFiles()
        try Data(lines.joined(separator: "\n").utf8).write(to: files.directory.file("classes.jsonl"))
        try Data(config.utf8).write(to: files.directory.file("bert.json"))
        let run =
            "--config DIR/bert.json --data DIR/classes.jsonl --eval-data DIR/classes.jsonl "
            + "--objective classification --batch-size 8 --max-steps 60 --learning-rate 1e-2 --eval-steps 10 --metric-for-best-model accuracy "
            + "--load-best-model-at-end --output DIR/out --log-file DIR/log.jsonl --json"
        let result = try files.run(run)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.error.contains("step 60: eval_loss ") && result.error.contains(", eval_accuracy "))
        let json = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(json["best_metric"] as? Double == 1 && json["eval_accuracy"] as? Double == 1)
        #expect(json["unlabelled_examples"] as? Int == 0)
        let log = try String(contentsOf: files.directory.file("log.jsonl"), encoding: .utf8)
        #expect(log.contains("\"eval_accuracy\":"))
        // Another seed is another run.
        let other = try files.run(run + " --resume --seed 5")
        #expect(other.status == 65 && other.error.contains("the seed was 42, and is 5 now"), "\(other.error)")
        #expect(try files.run(run + " --resume --resume-anyway --seed 5").status == 0)
    }
}
