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

    /// - Parameters:
    ///   - model: what learns.
    ///   - data: what it learns from.
    ///   - evaluation: what it is measured on, every `evalSteps`.
    ///   - options: how.
    ///   - checkpoints: where checkpoints go; nil for none.
    ///   - copiedFiles: paths of files that go into every checkpoint.
    /// - Throws: ``TrainingError``, ``OptimizerError``, ``ScheduleError``, ``DataError``.
    public init(
        model: LearningModel, data: TrainingData, evaluation: TrainingData? = nil, options: TrainingOptions,
        checkpoints: CheckpointStore? = nil, copiedFiles: [String] = []
    ) throws {
        try Trainer.check(options)
        self.model = model
        self.data = data
        self.evaluation = evaluation
        self.options = options
        store = checkpoints
        self.copiedFiles = copiedFiles
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
        schedule = try LearningRateSchedule(
            options.schedule, learningRate: options.learningRate, warmupSteps: options.warmupSteps,
            totalSteps: totalSteps, options: options.scheduleOptions)
        optimizer = try options.optimizer.makeOptimizer(engine: model.engine)
        groups = .decayingAllButNormsAndBiases(options.weightDecay)
        model.engine.keepMemory(upTo: 8 << 30)
    }

    private static func check(_ options: TrainingOptions) throws(TrainingError) {
        func need(_ isGood: Bool, _ name: String, _ rule: String) throws(TrainingError) {
            if !isGood { throw .badOption(name, rule) }
        }
        try need(options.maxSteps ?? 1 > 0, "max_steps", "above 0")
        try need(options.numTrainEpochs > 0, "num_train_epochs", "above 0")
        try need(
            Float(options.learningRate).isFinite && options.learningRate >= 0, "learning_rate",
            "a number from 0 to 3.4e38")
        try need(options.weightDecay.isFinite && options.weightDecay >= 0, "weight_decay", "a number from 0 on")
        try need(options.warmupSteps >= 0, "warmup_steps", "0 or more")
        // All batches of a step are in memory at once, for the number of their labels.
        try need(1...65_536 ~= options.gradientAccumulationSteps, "gradient_accumulation_steps", "from 1 to 65536")
        try need(options.dropout >= 0 && options.dropout < 1, "dropout", "from 0 to below 1")
        try need(options.maxGradNorm ?? 0 >= 0, "max_grad_norm", "0 or more")
        try need(options.saveSteps ?? 1 > 0, "save_steps", "above 0")
        try need(options.saveTotalLimit ?? 1 > 0, "save_total_limit", "above 0")
        try need(options.evalSteps ?? 1 > 0, "eval_steps", "above 0")
        try need(options.earlyStoppingPatience ?? 1 > 0, "early_stopping_patience", "above 0")
    }

    /// Goes on from a checkpoint of the same model, data and options.
    ///
    /// - Throws: ``TrainingError/otherModel(_:_:)``, ``CheckpointError``, ``OptimizerError``, ``SafetensorsError``.
    public func resume(from checkpoint: TrainingCheckpoint) throws {
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
        for (name, value) in weights {
            tensors[name]?.withFloats { source in
                guard let base = source.baseAddress else { return }
                value.overwrite(with: UnsafeBufferPointer(start: base, count: source.count))
            }
        }
        if let moments = try checkpoint.optimizer() {
            let shapes = Dictionary(uniqueKeysWithValues: model.learned.map { ($0.name, $0.value.shape) })
            try optimizer.restore(moments, shapes: shapes)
        }
        state = checkpoint.state
        step = state.step
        if let saved = state.dataPosition {
            guard let saved = try? saved.decoded(as: BatchPosition.self) else {
                throw CheckpointError.damaged(checkpoint.path, "its data position is of another version")
            }
            position = saved
        }
        // What has been measured since the best step, which is a measurement's own.
        if let every = options.evalSteps { evaluationsWithoutProgress = step / every - (state.bestStep ?? 0) / every }
        lastCheckpoint = checkpoint.path
        savedStep = step
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
            }
            let stops = shouldStop() || isOutOfPatience
            if let every = options.saveSteps, step % every == 0 || isLast || stops { try save() }
            if stops { break }
        }
        // Without --save-steps, and where the data ended before the last step.
        if savedStep != step { try save() }
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
        let labels = parts.reduce(0) { $0 + model.labelCount($1) }
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
            throw TrainingError.notFinite(
                what: what, step: step + 1, batch: place,
                checkpoint: goodCheckpoint.flatMap { CheckpointFiles.exists($0) ? $0 : nil })
        }
        try need(loss, "loss")
        let rate = schedule.learningRate(at: step)
        let norm = try update(learningRate: Float(rate)) { try need($0, "gradient norm") }
        goodCheckpoint = lastCheckpoint
        step += 1
        position = batches.position
        state.step = step
        state.epoch = Double(position.epoch)
        return TrainingRecord(
            step: step, epoch: state.epoch, loss: Double(loss), learningRate: rate, gradNorm: Double(norm),
            tokensPerSecond: Double(parts.reduce(0) { $0 + $1.tokenCount }))
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

    /// The mean loss over the evaluation data's labels.
    ///
    /// - Throws: ``DataError``, ``ModelError``.
    public func evaluate() throws -> TrainingRecord {
        guard let evaluation else { throw TrainingError.badOption("evaluation data", "given") }
        let batches = try evaluation.batches()
        var (sum, labels) = (0.0, 0)
        while let batch = try batches.next() {
            sum += Double(try withoutGradients { try model.loss(batch, factor: 1).scalars[0] })
            labels += model.labelCount(batch)
        }
        let loss = sum / Double(max(1, labels))
        if loss < state.bestMetric ?? .infinity {
            (state.bestMetric, state.bestStep) = (loss, step)
            evaluationsWithoutProgress = 0
        } else {
            evaluationsWithoutProgress += 1
        }
        return TrainingRecord(step: step, epoch: state.epoch, metrics: ["eval_loss": loss])
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
    }
}
