import FledgeTensor
import FledgeTraining
import Foundation

/// Small checkpoints to save.
enum SmallCheckpoint {
    static func contents(step: Int, elements: Int = 3000) -> CheckpointContents {
        var noise = Noise(UInt64(step))
        let weight = Tensor(noise.floats(elements), shape: [elements / 10, 10])
        var generator = RandomGenerator(seed: 7, stream: 3)
        for _ in 0..<step % 50 { _ = generator.next() }
        let state = TrainerState(
            step: step, epoch: Double(step) / 8, bestMetric: 1.5, bestStep: 2,
            history: [TrainingRecord(step: step, loss: 2.25, metrics: ["eval_loss": 2.5])],
            dataPosition: .object([
                "file": .integer(3), "shuffled": .bool(true), "seen": .array([.number(0.5), .null]),
            ]),
            generators: ["dropout": SavedGenerator(generator)])
        return CheckpointContents(
            model: ["a.weight": weight, "b": Tensor([Float(step)])],
            optimizer: OptimizerState(
                kind: "adamw",
                tensors: ["a.weight.exp_avg": weight.transposed(0, 1), "a.weight.step": Tensor([step], shape: [])]),
            state: state, writtenFiles: ["config.json": Array(#"{"model_type":"t5"}"#.utf8)])
    }

    /// Names in a directory, hidden ones too.
    static func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
