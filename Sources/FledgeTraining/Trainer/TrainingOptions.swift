/// How a run goes: the fields have the names of transformers' `TrainingArguments`.
public struct TrainingOptions: Sendable, Codable, Equatable {
    public var maxSteps: Int?
    public var numTrainEpochs = 1
    public var learningRate = 5e-5
    public var weightDecay: Float = 0
    public var warmupSteps = 0
    public var schedule = LearningRateSchedule.Kind.linear
    public var scheduleOptions = ScheduleOptions()
    /// Gradients longer than this are shortened; nil or 0 for none.
    public var maxGradNorm: Float? = 1
    public var gradientAccumulationSteps = 1
    public var optimizer = OptimizerSettings.adamW(.init())
    public var dropout: Float = 0
    /// Whether blocks keep only what goes into them and are computed again on the way back: less memory, more work.
    public var gradientCheckpointing = false
    public var seed: UInt64 = 42
    public var saveSteps: Int?
    public var saveTotalLimit: Int?
    public var evalSteps: Int?
    /// Evaluations without a better loss after which the run stops.
    public var earlyStoppingPatience: Int?

    public init() {}
}
