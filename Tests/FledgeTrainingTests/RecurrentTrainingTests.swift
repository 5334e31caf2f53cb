import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// LSTM and GRU language models learn through the trainer's own model, beside torch (Tools/recurrent_golden.py).
@Suite struct RecurrentTrainingTests {
    /// Closer than all families together are held to.
    @Test(arguments: ["lstm-untied", "lstm-tied", "gru-untied", "gru-tied"])
    func `Ten steps of AdamW have torch's losses`(name: String) throws {
        let curve = LearningCurve(path: "families/" + name)
        let golden = try curve.golden()
        let model = try LearningModel(directory: curve.directory, task: .causalLM)
        let batch = try curve.batch(golden)
        var optimizer = try AdamW()
        var losses: [Float] = []
        for _ in golden.losses {
            let loss = try model.loss(batch, factor: 1 / Float(model.labelCount(batch)))
            losses.append(loss.scalars[0])
            loss.backward()
            try model.step(&optimizer, learningRate: golden.learningRate, weightDecay: golden.weightDecay)
        }
        for (got, wanted) in zip(losses, golden.losses) {
            #expect(abs(got - wanted) <= 1e-4 * abs(wanted), "\(losses) instead of \(golden.losses)")
        }
        #expect(losses.count == 10)
    }

    private func fresh(_ type: String, seed: UInt64 = 3) throws -> LearningModel {
        let config = """
            {"model_type": "\(type)", "vocab_size": 300, "embedding_size": 48, "hidden_size": 64, "num_layers": 2}
            """
        return try LearningModel(config: Data(config.utf8), path: "config.json", task: .causalLM, seed: seed)
    }

    @Test(arguments: ["lstm_lm", "gru_lm"])
    func `A model from nothing begins as torch's layers begin`(type: String) throws {
        let model = try fresh(type)
        let gates = type == "lstm_lm" ? 4 : 3
        #expect(
            model.learned.reduce(0) { $0 + $1.value.elementCount }
                == 300 * 48 + gates * 64 * (48 + 64 + 64 + 64 + 4) + 300 * 64 + 300)
        for parameter in model.learned where parameter.name != "decoder.bias" {
            let bound: Float = parameter.name.hasPrefix("rnn.") ? 0.125 : 0.1
            let largest = parameter.value.scalars.map(abs).max() ?? 0
            #expect(largest <= bound && largest > 0.95 * bound, "\(parameter.name): \(largest)")
        }
        #expect(model.weights["decoder.bias"]?.scalars == Array(repeating: 0, count: 300))
        let ids = (0..<40).map { ($0 * 37 + 11) % 300 }
        let batch = TrainingBatch(examples: [TrainingExample(inputIDs: ids, labels: .tokens(ids))])
        let loss = try model.loss(batch, factor: 1 / 39).scalars[0]
        #expect(abs(loss - Float(300).squareRoot().logarithm * 2) < 0.1, "\(loss)")
    }

    @Test(arguments: ["lstm_lm", "gru_lm"])
    func `Dropout changes the loss, the same for the same seed`(type: String) throws {
        let model = try fresh(type)
        let ids = (0..<40).map { ($0 * 37 + 11) % 300 }
        let batch = TrainingBatch(examples: [TrainingExample(inputIDs: ids, labels: .tokens(ids))])
        func loss(_ dropout: Dropout?) throws -> Float { try model.loss(batch, factor: 1, dropout: dropout).scalars[0] }
        let plain = try loss(nil)
        let first = try loss(Dropout(probability: 0.5, seed: 1))
        #expect(try loss(Dropout(probability: 0.5, seed: 1)) == first)
        #expect(try loss(Dropout(probability: 0.5, seed: 2)) != first && first != plain)
    }

    @Test func `Sequences of one token and of none have nothing to learn from`() throws {
        let model = try fresh("lstm_lm")
        let alone = TrainingBatch(examples: [TrainingExample(inputIDs: [7], labels: .tokens([7]))])
        let loss = try model.loss(alone, factor: 1)
        loss.backward()
        #expect(loss.scalars == [0])
        #expect(model.learned.allSatisfy { ($0.gradient?.scalars ?? []).allSatisfy { $0 == 0 } })
        let empty = TrainingBatch(examples: [TrainingExample(inputIDs: [], labels: .tokens([]))])
        #expect(throws: (any Error).self) { try model.loss(empty, factor: 1) }
    }
}

extension Float {
    fileprivate var logarithm: Float { Float(log(Double(self))) }
}
