public import FledgeTensor

/// Where a training run stands; as `trainer_state.json` its first fields are called as in transformers' file.
public struct TrainerState: Sendable, Equatable, Codable {
    /// Steps of the optimiser so far.
    public var step: Int
    /// Passes over the data so far.
    public var epoch: Double
    /// The best value so far of the metric by which models are compared.
    public var bestMetric: Double?
    /// The step that had it.
    public var bestStep: Int?
    /// The latest records of the log.
    public var history: [TrainingRecord]
    /// Where reading the data goes on, in the reader's own form.
    public var dataPosition: OpaqueJSON?
    /// Generators of random numbers by what they are for.
    public var generators: [String: SavedGenerator]
    /// What a run must have in common with this one to go on from here; nil in checkpoints from before it was kept.
    public var fingerprint: RunFingerprint?

    /// How many records ``history`` keeps.
    public static let historyLimit = 1000

    public init(
        step: Int = 0, epoch: Double = 0, bestMetric: Double? = nil, bestStep: Int? = nil,
        history: [TrainingRecord] = [], dataPosition: OpaqueJSON? = nil, generators: [String: SavedGenerator] = [:]
    ) {
        self.step = step
        self.epoch = epoch
        self.bestMetric = bestMetric
        self.bestStep = bestStep
        self.history = history
        self.dataPosition = dataPosition
        self.generators = generators
    }

    enum CodingKeys: String, CodingKey {
        case step = "global_step"
        case epoch
        case bestMetric = "best_metric"
        case bestStep = "best_global_step"
        case history = "log_history"
        case dataPosition = "data_position"
        case generators = "random_state"
        case fingerprint = "run_fingerprint"
    }

    /// Adds a record and drops those that are too old to keep.
    public mutating func append(_ record: TrainingRecord) {
        history.append(record)
        if history.count > Self.historyLimit { history.removeFirst(history.count - Self.historyLimit) }
    }

    /// Notes a metric; the first is the best so far.
    ///
    /// - Returns: Whether it is better than all before. NaN and the infinities never are.
    @discardableResult
    public mutating func note(metric: Double, greaterIsBetter: Bool) -> Bool {
        guard metric.isFinite else { return false }
        let isBetter = bestMetric.map { greaterIsBetter ? metric > $0 : metric < $0 } ?? true
        if isBetter { (bestMetric, bestStep) = (metric, step) }
        return isBetter
    }
}

/// A ``RandomGenerator`` as a checkpoint holds it.
public struct SavedGenerator: Sendable, Equatable, Codable {
    public let seed: UInt64
    public let stream: UInt64
    public let drawn: UInt64

    public init(_ generator: RandomGenerator) {
        (seed, stream, drawn) = (generator.seed, generator.stream, generator.drawn)
    }

    /// The generator, about to give the number that it would have given.
    public var generator: RandomGenerator {
        var generator = RandomGenerator(seed: seed, stream: stream)
        generator.move(to: drawn)
        return generator
    }
}
