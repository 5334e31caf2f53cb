import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs a trainer and tells what happens: on the terminal, in the log file, and as JSON at the end.
struct TrainingReport {
    private let arguments: TrainingArguments
    private let trainer: Trainer

    init(_ arguments: TrainingArguments, trainer: Trainer) {
        self.arguments = arguments
        self.trainer = trainer
    }

    private struct Summary: Encodable {
        let steps: Int
        let loss: Double?
        let evalLoss: Double?
        let tokensPerSecond: Double?
        let trainableParameters: Int
        let peakMemoryBytes: Int
        let output: String
        enum CodingKeys: String, CodingKey {
            case steps, loss, output
            case evalLoss = "eval_loss"
            case tokensPerSecond = "tokens_per_second"
            case trainableParameters = "trainable_parameters"
            case peakMemoryBytes = "peak_memory_bytes"
        }
    }

    func run() throws {
        let log = try arguments.logFile.map { try TrainingLog(path: $0, resumingAfter: trainer.step == 0 ? nil : trainer.step) }
        var last: TrainingRecord?
        var evalLoss: Double?
        var speeds: [Double] = []
        try trainer.run { record in
            try log?.write(record)
            if let loss = record.metrics["eval_loss"] { evalLoss = loss } else { last = record }
            if let speed = record.tokensPerSecond { speeds.append(speed) }
            Terminal.error(line(record) + "\n")
        }
        let summary = Summary(
            steps: trainer.step, loss: last?.loss, evalLoss: evalLoss, tokensPerSecond: median(speeds),
            trainableParameters: trainer.model.learned.reduce(0) { $0 + $1.value.elementCount },
            peakMemoryBytes: Terminal.peakMemoryBytes, output: arguments.output)
        if arguments.json { return try Terminal.json(summary) }
    }

    private func line(_ record: TrainingRecord) -> String {
        "step \(record.step)/\(trainer.totalSteps)  "
            + record.values.map { "\($0.name) \(Terminal.fixed($0.value, $0.name == "tokens_per_second" ? 0 : 6))" }
            .joined(separator: "  ")
    }

    private func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
