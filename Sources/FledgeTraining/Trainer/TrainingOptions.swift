/// How a run goes: the fields have the names of transformers' `TrainingArguments`.
public struct TrainingOptions: Sendable, Codable, Equatable {
    public var maxSteps: Int?
    public var numTrainEpochs = 1
    public var learningRate = 5e-5
    public var weightDecay: Float = 0
    public var warmupSteps = 0
    /// The share of all steps in which the rate grows, instead of ``warmupSteps``.
    public var warmupRatio: Double?
    public var schedule = LearningRateSchedule.Kind.linear
    public var scheduleOptions = ScheduleOptions()
    /// Gradients longer than this are shortened; nil or 0 for none.
    public var maxGradNorm: Float? = 1
    public var gradientAccumulationSteps = 1
    public var optimizer = OptimizerSettings.adamW(.init())
    public var dropout: Float = 0
    /// Whether blocks keep only what goes into them and are computed again on the way back: less memory, more work.
    public var gradientCheckpointing = false
    /// The share of a cross-entropy that is the mean over all classes instead.
    public var labelSmoothingFactor: Float = 0
    public var seed: UInt64 = 42
    public var saveSteps: Int?
    /// Without ``saveSteps``, a checkpoint is saved whenever so many seconds have passed since the last one; nil for none
    /// before the end.
    public var saveSeconds: Double?
    public var saveTotalLimit: Int?
    public var evalSteps: Int?
    /// Evaluations without a better metric after which the run stops.
    public var earlyStoppingPatience: Int?
    /// What the best model is the best in.
    public var metricForBestModel = Metric.loss
    /// Whether the run ends with the weights that were the best when they were measured, which are saved then; nil for
    /// whenever the run can stop early.
    public var loadBestModelAtEnd: Bool?
    /// The run ends with the mean of the weights of so many of its last checkpoints.
    public var averagedCheckpoints: Int?

    /// A metric of evaluations.
    public enum Metric: String, Sendable, Codable, CaseIterable {
        case loss = "eval_loss"
        case accuracy = "eval_accuracy"

        /// Without `eval_`, as transformers allows.
        public init?(name: String) {
            guard let metric = Metric(rawValue: name.hasPrefix("eval_") ? name : "eval_" + name) else { return nil }
            self = metric
        }

        public var greaterIsBetter: Bool { self == .accuracy }
    }

    var endsWithBest: Bool { loadBestModelAtEnd ?? (earlyStoppingPatience != nil) }

    public init() {}
}
