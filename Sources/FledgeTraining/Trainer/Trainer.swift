import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Takes a model through its data: loss, gradients, clipping, optimiser, checkpoint.
///
/// A run that is stopped and resumed from a checkpoint goes on bit for bit as it would have: everything random is a
/// function of the seed and the step.
public final class Trainer {
    public let model: LearningModel
    public let options: TrainingOptions
    /// Optimiser steps so far.
    public private(set) var step = 0
    /// All steps of the run.
    public let totalSteps: Int
    private let data: TrainingData
    private let evaluation: TrainingData?
    private let store: CheckpointStore?
    /// Files that go into every checkpoint, such as the tokenizer's.
    private let copiedFiles: [String]
    private var optimizer: any Optimizer
    private let schedule: LearningRateSchedule
    private let groups: ParameterGroups
    private var state = TrainerState()
    private var position = BatchPosition.start
    private var lastCheckpoint: String?
    /// The newest checkpoint whose weights have given a finite loss and finite gradients.
    private var goodCheckpoint: String?
    private var savedStep: Int?
    private var evaluationsWithoutProgress = 0
    private var lastSave = ContinuousClock.now
    private let fingerprint: RunFingerprint?
    /// Examples so far that had no label, and so taught nothing.
    public private(set) var unlabelledExamples = 0
    private var hasSeenLabels = false
    /// Steps of checkpoints whose weights have not been used yet.
    private var untested: [Int] = []

    /// The step whose weights were the best when they were measured, and how good they were.
    public var best: (step: Int, metric: Double)? {
        guard let step = state.bestStep, let metric = state.bestMetric else { return nil }
        return (step, metric)
    }

    /// - Parameters:
    ///   - model: what learns.
    ///   - data: what it learns from.
    ///   - evaluation: what it is measured on, every `evalSteps`.
    ///   - options: how.
    ///   - checkpoints: where checkpoints go; nil for none.
    ///   - copiedFiles: paths of files that go into every checkpoint.
    ///   - fingerprint: what a run that goes on from a checkpoint of this one must have in common with it.
    /// - Throws: ``TrainingError``, ``OptimizerError``, ``ScheduleError``, ``DataError``.
    public init(
        model: LearningModel, data: TrainingData, evaluation: TrainingData? = nil, options: TrainingOptions,
        checkpoints: CheckpointStore? = nil, copiedFiles: [String] = [], fingerprint: RunFingerprint? = nil
    ) throws {
        try options.check()
        try model.checkWhatLearns()
        if evaluation == nil, options.loadBestModelAtEnd ?? false {
            throw TrainingError.badOption("load_best_model_at_end", "given with evaluation data")
        }
        let decides = [.sequenceClassification, .tokenClassification].contains(model.task) && !model.isRegression
        if options.metricForBestModel == .accuracy, !decides {
            throw TrainingError.badOption("metric_for_best_model", "eval_loss: this task makes no decisions")
        }
        if options.labelSmoothingFactor > 0, model.isRegression || model.task == .questionAnswering {
            throw TrainingError.badOption("label_smoothing_factor", "0: this task's labels are no classes")
        }
        self.model = model
        self.data = data
        self.evaluation = evaluation
        self.options = options
        store = checkpoints
        self.copiedFiles = copiedFiles
        self.fingerprint = fingerprint
        state.fingerprint = fingerprint
        model.labelSmoothing = options.labelSmoothingFactor
        if let steps = options.maxSteps {
            totalSteps = steps
        } else {
            let batches = try data.batchCount()
            let accumulated = options.gradientAccumulationSteps
            let steps = (batches / accumulated) + (batches % accumulated == 0 ? 0 : 1)
            let (total, overflows) = steps.multipliedReportingOverflow(by: options.numTrainEpochs)
            if overflows {
                throw TrainingError.badOption("num_train_epochs", "fewer: the number of steps is too large")
            }
            guard total > 0 else { throw TrainingError.noData("the training data") }
            totalSteps = total
        }
        let steps = totalSteps
        let warmup = options.warmupRatio.map { LearningRateSchedule.warmupSteps(ratio: $0, of: steps) }
        schedule = try LearningRateSchedule(
            options.schedule, learningRate: options.learningRate, warmupSteps: warmup ?? options.warmupSteps,
            totalSteps: totalSteps, options: options.scheduleOptions)
        optimizer = try options.optimizer.makeOptimizer(engine: model.engine)
        groups = .decayingAllButNormsAndBiases(options.weightDecay)
        model.engine.keepMemory(upTo: 8 << 30)
    }

    /// Goes on from a checkpoint of the same model, data and options. One of another ``RunFingerprint`` is an error, or,
    /// `anyway`, begins the data anew.
    ///
    /// - Throws: ``TrainingError/otherModel(_:_:)``, ``TrainingError/otherRun(_:_:)``, ``CheckpointError``,
    ///   ``OptimizerError``, ``SafetensorsError``.
    public func resume(from checkpoint: TrainingCheckpoint, anyway: Bool = false) throws {
        var differences: [String] = []
        if let saved = checkpoint.state.fingerprint, let fingerprint {
            differences = fingerprint.differences(from: saved)
        }
        if !differences.isEmpty, !anyway { throw TrainingError.otherRun(checkpoint.path, differences) }
        let saved = try checkpoint.model()
        let weights = weightsToSave
        func other(_ reason: String) -> TrainingError { .otherModel(checkpoint.path, reason) }
        let names = Set(saved.names)
        if let name = names.subtracting(weights.keys).min() {
            throw other("it has “\(name)”, which is not learned here")
        }
        // All are compared before the first is changed.
        var tensors: [String: Tensor] = [:]
        for (name, value) in weights.sorted(by: { $0.key < $1.key }) {
            guard names.contains(name) else { throw other("it has no “\(name)”") }
            let tensor = try saved.tensor(name)
            guard tensor.shape == value.shape else {
                throw other("“\(name)” is \(tensor.shape) in it, and \(value.shape) here")
            }
            tensors[name] = tensor.converted(to: .float32)
        }
        // What is not learned is as the model's own file has it.
        for parameter in model.learned {
            tensors[parameter.name]?.withFloats { parameter.value.overwrite(with: $0) }
        }
        if let moments = try checkpoint.optimizer() {
            let shapes = Dictionary(uniqueKeysWithValues: model.learned.map { ($0.name, $0.value.shape) })
            try optimizer.restore(moments, shapes: shapes)
        }
        state = checkpoint.state
        state.fingerprint = fingerprint
        step = state.step
        if let saved = state.dataPosition, differences.isEmpty {
            guard let saved = try? saved.decoded(as: BatchPosition.self) else {
                throw CheckpointError.damaged(checkpoint.path, "its data position is of another version")
            }
            position = saved
        }
        // What has been measured since the best step, which is a measurement's own.
        if let every = options.evalSteps { evaluationsWithoutProgress = step / every - (state.bestStep ?? 0) / every }
        lastCheckpoint = checkpoint.path
        savedStep = step
        untested = [step]
    }

    /// Runs until the last step, or until `shouldStop` says so after a step.
    ///
    /// - Parameters:
    ///   - shouldStop: asked after each step.
    ///   - report: gets a record of every step, and of every evaluation.
    /// - Throws: ``TrainingError`` for a loss that is not finite, ``DataError`` for a broken record, ``CheckpointError``;
    ///   the last checkpoint is as it was.
    public func run(
        shouldStop: () -> Bool = { false }, report: (TrainingRecord) throws -> Void
    ) throws {
        let epochs = options.maxSteps == nil ? options.numTrainEpochs : nil
        let batches = try data.prefetchedBatches(from: position, epochs: epochs)
        defer { batches.cancel() }
        while step < totalSteps, !isOutOfPatience {
            let start = ContinuousClock.now
            guard var record = try takeStep(batches) else { break }
            record.tokensPerSecond = (record.tokensPerSecond ?? 0) / (ContinuousClock.now - start).seconds
            state.append(record)
            try report(record)
            let isLast = step == totalSteps
            if let every = options.evalSteps, step % every == 0 || isLast, evaluation != nil {
                let record = try evaluate()
                state.append(record)
                try report(record)
                if options.endsWithBest, state.bestStep == step { try save() }
            }
            if isLast { try needLabels() }
            let stops = shouldStop() || isOutOfPatience
            if isTimeToSave(isLast: isLast || stops), savedStep != step { try save() }
            if stops { break }
        }
        try needLabels()
        // Where the data ended before the last step.
        if savedStep != step { try save() }
        if step == totalSteps || isOutOfPatience { try takeFinalWeights() }
    }

    private func needLabels() throws(TrainingError) {
        if unlabelledExamples > 0, !hasSeenLabels { throw .noLabels(steps: step) }
    }

    private func isTimeToSave(isLast: Bool) -> Bool {
        if isLast { return true }
        if let every = options.saveSteps { return step % every == 0 }
        return options.saveSeconds.map { (ContinuousClock.now - lastSave).seconds >= $0 } ?? false
    }

    /// The model that the run ends with, where that is not the last one.
    private func takeFinalWeights() throws {
        guard let store else { return }
        if let count = options.averagedCheckpoints {
            let last = try store.steps().suffix(count).map { try store.checkpoint(step: $0) }
            guard last.count == count else {
                throw TrainingError.badOption(
                    "average_checkpoints", "\(last.count) at most: there are no more checkpoints")
            }
            try takeWeights(of: last)
        } else if options.endsWithBest, let best = state.bestStep, best != step {
            try takeWeights(of: [try store.checkpoint(step: best)])
        }
    }

    /// Gives the model the mean of some checkpoints' weights.
    private func takeWeights(of checkpoints: [TrainingCheckpoint]) throws {
        for parameter in model.learned {
            let (name, value) = (parameter.name, parameter.value)
            var sum: Tensor?
            for checkpoint in checkpoints {
                let tensor = try checkpoint.model().tensor(name).converted(to: .float32)
                guard tensor.shape == value.shape else {
                    throw TrainingError.otherModel(checkpoint.path, "“\(name)” is \(tensor.shape) in it")
                }
                sum = sum.map { $0 + tensor } ?? tensor
            }
            guard let sum else { continue }
            (checkpoints.count == 1 ? sum : sum * (1 / Float(checkpoints.count))).withFloats {
                value.overwrite(with: $0)
            }
        }
    }

    private var isOutOfPatience: Bool {
        options.earlyStoppingPatience.map { evaluationsWithoutProgress >= $0 } ?? false
    }

    /// One step of the optimiser; nil at the end of the data. The record's `tokensPerSecond` is the number of tokens.
    private func takeStep(_ batches: PrefetchedBatches) throws -> TrainingRecord? {
        var parts: [TrainingBatch] = []
        while parts.count < options.gradientAccumulationSteps, let batch = try batches.next() { parts.append(batch) }
        guard let first = parts.first else {
            if step == 0 { throw TrainingError.noData("the training data") }
            return nil
        }
        let labels = try countLabels(parts)
        var loss: Float = 0
        for (index, part) in parts.enumerated() {
            let dropout =
                options.dropout == 0
                ? nil
                : Dropout(
                    probability: options.dropout,
                    seed: options.seed &+ UInt64(step * parts.count + index + 1) &* 0xD134_2543_DE82_EF95)
            let partial = try withGradientMode(options.gradientCheckpointing ? .recomputing : .recording) {
                try model.loss(part, factor: 1 / Float(max(1, labels)), dropout: dropout)
            }
            loss += partial.scalars[0]
            partial.backward()
        }
        let place = "batch \(first.index) of epoch \(first.epoch)"
        func need(_ value: Float, _ what: String) throws {
            guard !value.isFinite else { return }
            model.parameters.clearGradients()
            try distrustCheckpoints()
            throw TrainingError.notFinite(
                what: what, step: step + 1, batch: place,
                checkpoint: goodCheckpoint.flatMap { CheckpointFiles.exists($0) ? $0 : nil })
        }
        try need(loss, "loss")
        let rate = schedule.learningRate(at: step)
        let norm = try update(learningRate: Float(rate)) { try need($0, "gradient norm") }
        goodCheckpoint = lastCheckpoint
        untested = []
        step += 1
        position = batches.position
        state.step = step
        state.epoch = Double(position.epoch)
        return TrainingRecord(
            step: step, epoch: state.epoch, loss: Double(loss), learningRate: rate, gradNorm: Double(norm),
            tokensPerSecond: Double(parts.reduce(0) { $0 + $1.tokenCount }))
    }

    /// The labels of a step. Examples without any are counted; where there are nothing else, the run ends.
    private func countLabels(_ parts: [TrainingBatch]) throws -> Int {
        var labels = 0
        for example in parts.flatMap(\.examples) {
            let count = model.labelCount(example)
            labels += count
            if count == 0 { unlabelledExamples += 1 }
        }
        hasSeenLabels = hasSeenLabels || labels > 0
        if !hasSeenLabels, step + 1 >= 20 { throw TrainingError.noLabels(steps: step + 1) }
        return labels
    }

    /// Notes of checkpoints that were saved since the last good step that they are not to be gone on from.
    private func distrustCheckpoints() throws {
        for step in untested { try store?.distrust(step: step) }
    }

    /// Clips, steps and forgets the gradients; returns their length.
    private func update(learningRate: Float, check: (Float) throws -> Void) throws -> Float {
        var gradients: [Tensor] = []
        var updates: [ParameterUpdate] = []
        for parameter in model.learned {
            guard let gradient = parameter.gradient else { continue }
            gradients.append(gradient)
            updates.append(
                ParameterUpdate(
                    name: parameter.name, shape: parameter.value.shape, value: parameter.value.lent,
                    gradient: UnsafeBufferPointer(gradient.lent),
                    settings: groups.settings(name: parameter.name, shape: parameter.value.shape)))
        }
        let times = model.engine.times
        let norm = times.measure(.optimizer) { GradientNorm.norm(of: updates, engine: model.engine) }
        try check(norm)
        let maximum = options.maxGradNorm.flatMap { $0 > 0 ? $0 : nil }
        times.measure(.optimizer) {
            optimizer.step(
                updates, learningRate: learningRate, gradientScale: GradientNorm.scale(norm: norm, maximum: maximum))
        }
        withExtendedLifetime(gradients) {}
        for parameter in model.learned { parameter.clearGradient() }
        return norm
    }

    /// The mean loss over the evaluation data's labels, `eval_loss`, and of classifiers the share of right decisions,
    /// `eval_accuracy`.
    ///
    /// - Throws: ``DataError``, ``ModelError``, ``TrainingError``.
    public func evaluate() throws -> TrainingRecord {
        guard let evaluation else { throw TrainingError.badOption("evaluation data", "given") }
        let batches = try evaluation.batches()
        var sum = BatchEvaluation()
        while let batch = try batches.next() { sum += try withoutGradients { try model.evaluate(batch) } }
        let metric = options.metricForBestModel
        guard let value = sum.metrics[metric.rawValue] else {
            throw TrainingError.badOption("metric_for_best_model", "eval_loss: this task makes no decisions")
        }
        if state.note(metric: value, greaterIsBetter: metric.greaterIsBetter) {
            evaluationsWithoutProgress = 0
        } else {
            evaluationsWithoutProgress += 1
        }
        return TrainingRecord(step: step, epoch: state.epoch, metrics: sum.metrics)
    }

    private var weightsToSave: [String: Tensor] {
        guard let adapters = model.adapters else { return model.weights }
        return Dictionary(uniqueKeysWithValues: adapters.parameters.map { ($0.name, $0.value) })
    }

    /// Saves a checkpoint from which the run can go on.
    ///
    /// - Throws: ``CheckpointError``.
    public func save() throws {
        guard let store else { return }
        state.dataPosition = try OpaqueJSON(position)
        lastCheckpoint = try store.save(
            CheckpointContents(
                model: weightsToSave, optimizer: optimizer.state, state: state, copiedFiles: copiedFiles,
                writtenFiles: ["config.json": [UInt8](model.config)]),
            limit: options.saveTotalLimit, best: state.bestStep)
        savedStep = step
        untested.append(step)
        lastSave = .now
    }
}
