import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs a trainer and tells what happens: on the terminal, in the log, to TensorBoard, as a picture, and as JSON at the
/// end.
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
        let evalAccuracy: Double?
        let bestStep: Int?
        let bestMetric: Double?
        let tokensPerSecond: Double?
        let parameters: Int
        let trainableParameters: Int
        let unlabelledExamples: Int
        let peakMemoryBytes: Int
        let output: String
        let profile: StepProfile?
        enum CodingKeys: String, CodingKey {
            case steps, loss, parameters, output, profile
            case evalLoss = "eval_loss"
            case evalAccuracy = "eval_accuracy"
            case bestStep = "best_step"
            case bestMetric = "best_metric"
            case unlabelledExamples = "unlabelled_examples"
            case tokensPerSecond = "tokens_per_second"
            case trainableParameters = "trainable_parameters"
            case peakMemoryBytes = "peak_memory_bytes"
        }
    }

    func run() throws {
        let resumed = trainer.step == 0 ? nil : trainer.step
        let log = try arguments.logFile.map { try TrainingLog(path: $0, resumingAfter: resumed) }
        let events = try arguments.tensorboard.map { try TensorBoardWriter(directory: $0, resumingAfter: resumed) }
        let terminal = TrainingTerminal()
        let interrupt = Interruption()
        let start = ContinuousClock.now
        let first = trainer.step
        var records: [TrainingRecord] = log?.kept ?? []
        let times = trainer.model.engine.times
        var (profiled, profileStart, profileEnd) = (0, start, start)
        var hasWarned = false
        try trainer.run(shouldStop: { interrupt.happened }) { record in
            try log?.write(record)
            try events?.write(record)
            records.append(record)
            if arguments.profile, record.loss != nil {
                if times.isOn {
                    (profiled, profileEnd) = (profiled + 1, .now)
                } else if record.step >= first + 2 {
                    (times.isOn, profileStart) = (true, .now)
                }
            }
            if trainer.unlabelledExamples > 0, !hasWarned {
                hasWarned = true
                terminal.print("warning: step \(record.step) has an example without any label; it teaches nothing")
            }
            if record.metrics["eval_loss"] != nil {
                terminal.print("step \(record.step): \(measured(record))")
            } else if terminal.isEnabled {
                terminal.draw(line(record, seconds: (ContinuousClock.now - start).seconds, steps: record.step - first))
            } else if record.step % max(1, trainer.totalSteps / 20) == 0 || record.step == 1 {
                terminal.print(plain(record))
            }
        }
        let profile =
            profiled == 0
            ? nil
            : StepProfile(
                trainer.model.engine, steps: profiled, seconds: (profileEnd - profileStart).seconds,
                type: trainer.model.type)
        terminal.clear()
        if trainer.unlabelledExamples > 0 {
            terminal.print("warning: \(trainer.unlabelledExamples) examples had no label and taught nothing")
        }
        if interrupt.happened, trainer.step < trainer.totalSteps {
            terminal.print("stopped after step \(trainer.step); --resume goes on from there")
        }
        try picture(records)
        try summary(records, profile)
    }

    private func line(_ record: TrainingRecord, seconds: Double, steps: Int) -> TrainingProgressLine {
        TrainingProgressLine(
            step: record.step, total: trainer.totalSteps, loss: record.loss, tokensPerSecond: record.tokensPerSecond,
            secondsPerStep: seconds / Double(max(1, steps)), memoryBytes: Terminal.peakMemoryBytes)
    }

    private func plain(_ record: TrainingRecord) -> String {
        "step \(record.step)/\(trainer.totalSteps)  loss \(Terminal.fixed(record.loss ?? .nan, 4))  "
            + "\(Terminal.fixed(record.tokensPerSecond ?? 0, 0)) tokens/s"
    }

    /// What an evaluation found: “eval_loss 0.1234, eval_accuracy 0.9000”.
    private func measured(_ record: TrainingRecord) -> String {
        record.metrics.sorted { $0.key > $1.key }.map { "\($0.key) \(Terminal.fixed($0.value, 4))" }
            .joined(separator: ", ")
    }

    private func picture(_ records: [TrainingRecord]) throws {
        guard records.count > 1 else { return }
        let path = arguments.output + "/loss.svg"
        let svg = LossCurve(title: "Loss", records: records).svg()
        do {
            try FileManager.default.createDirectory(atPath: arguments.output, withIntermediateDirectories: true)
            try Data(svg.utf8).write(to: URL(filePath: path))
        } catch {
            throw UserError.inputOutput(
                "\(path): cannot be written; check the folder, its permissions and the free space")
        }
    }

    private func summary(_ records: [TrainingRecord], _ profile: StepProfile?) throws {
        let steps = records.filter { $0.loss != nil }
        let speeds = steps.compactMap(\.tokensPerSecond).sorted()
        let evaluation = records.last { $0.metrics["eval_loss"] != nil }?.metrics
        let summary = Summary(
            steps: trainer.step, loss: steps.last?.loss,
            evalLoss: evaluation?["eval_loss"], evalAccuracy: evaluation?["eval_accuracy"],
            bestStep: trainer.best?.step, bestMetric: trainer.best?.metric,
            tokensPerSecond: speeds.isEmpty ? nil : speeds[speeds.count / 2],
            parameters: trainer.model.parameters.count,
            trainableParameters: trainer.model.learned.reduce(0) { $0 + $1.shape.elementCount },
            unlabelledExamples: trainer.unlabelledExamples,
            peakMemoryBytes: Terminal.peakMemoryBytes, output: arguments.output, profile: profile)
        if arguments.json { return try Terminal.json(summary) }
        Terminal.output(
            "\(summary.steps) steps"
                + (summary.loss.map { ", loss \(Terminal.fixed($0, 4))" } ?? "")
                + (summary.evalLoss.map { ", evaluation \(Terminal.fixed($0, 4))" } ?? "")
                + (summary.evalAccuracy.map { ", accuracy \(Terminal.fixed($0, 4))" } ?? "")
                + ", \(Terminal.fixed(summary.tokensPerSecond ?? 0, 0)) tokens/s, "
                + "\(Terminal.megabytes(summary.peakMemoryBytes)); the model is in \(arguments.output)\n")
        if let profile { Terminal.output(profile.text) }
    }
}
