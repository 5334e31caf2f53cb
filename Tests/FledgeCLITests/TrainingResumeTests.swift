import Foundation
import Testing

/// Runs in pieces, of whatever can be learned and however.
struct TrainingResumeTests {
    private static let ids = "--config DIR/config.json --data DIR/ids.jsonl"
    private static let t5 = "--model \(Fledge.tiny) --data DIR/texts.jsonl"
    private static let bert =
        "--model \(Fledge.fixtures.path)/families/bert-tiny-classify --data DIR/texts.jsonl --objective masked-lm"

    private static let runs = [
        "\(ids) --lora-rank 2 --lora-target-modules c_attn --lora-dropout 0.2 --dropout 0.1",
        "\(ids) --gradient-accumulation-steps 3 --dropout 0.1", "\(ids) --batch-tokens 60",
        "\(ids) --optim adafactor", "\(ids) --optim sgd", "\(ids) --no-shuffle", "\(ids) --dtype bfloat16",
        "\(ids) --freeze wte", t5, "\(t5) --lora-rank 2", "\(t5) --objective span-corruption --block-length 8",
        "\(bert) --block-length 16 --mask-rate 0.5", "\(bert) --whole-word-mask --mask-rate 0.5",
    ]

    @Test(arguments: runs) func `A run in three pieces has the numbers of a whole one`(arguments: String) throws {
        let files = try TrainingFiles()
        let texts = (0..<12).map { line in
            #"{"text": "the cat sat on the mat \#(line)", "source": "the cat", "target": "sat \#(line)"}"#
        }
        try Data(texts.joined(separator: "\n").utf8).write(to: files.directory.file("texts.jsonl"))
        let run = arguments + " --lr-scheduler-type constant --learning-rate 1e-3 --batch-size 4"
        let whole = try files.run(run + " --max-steps 17 --output DIR/whole --log-file DIR/whole.jsonl")
        #expect(whole.status == 0, "\(whole.error)")
        for steps in [5, 6, 17] {
            let piece = " --max-steps \(steps) --output DIR/out --log-file DIR/log.jsonl --resume"
            #expect(try files.run(run + piece).status == 0)
        }
        #expect(try files.curve("whole.jsonl").count == 17)
        #expect(try files.curve("log.jsonl") == files.curve("whole.jsonl"))
        let name = arguments.contains("--lora") ? "adapter_model.safetensors" : "model.safetensors"
        #expect(try files.data("out/\(name)") == files.data("whole/\(name)"))
    }

    @Test(arguments: ["--batch-size 4", "--batch-tokens 60"])
    func `A run of whole epochs goes on in the middle of one`(batches: String) throws {
        let files = try TrainingFiles()
        let run = "\(Self.ids) \(batches) --num-train-epochs 3 --save-steps 4 --output DIR/out --log-file DIR/log.jsonl"
        #expect(try files.run(run).status == 0)
        let (curve, weights) = (try files.curve("log.jsonl"), try files.data("out/model.safetensors"))
        try #require(curve.count > 12)
        #expect(try files.names("out").contains("checkpoint-\(curve.count)"))
        for name in try files.names("out") where name.hasPrefix("checkpoint-") {
            guard let step = Int(name.dropFirst("checkpoint-".count)), step > 12 else { continue }
            try FileManager.default.removeItem(at: files.directory.file("out/\(name)"))
        }
        #expect(try files.run(run + " --resume").status == 0)
        #expect(try files.curve("log.jsonl") == curve)
        #expect(try files.data("out/model.safetensors") == weights)
    }
}
