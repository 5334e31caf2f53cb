#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What only some schedules have, called as in transformers' `lr_scheduler_kwargs`. An option that the schedule does not
/// have is an error.
public struct ScheduleOptions: Sendable, Hashable, Codable {
    /// A way from 1 to 0.
    public enum Curve: String, Sendable, Hashable, Codable {
        case linear, cosine
        case oneMinusSquareRoot = "1-sqrt"

        /// The height after a share of the way.
        func falling(_ progress: Double, cycles: Double) -> Double {
            switch self {
            case .linear: 1 - progress
            case .cosine: 0.5 * (1 + cos(.pi * cycles * 2 * progress))
            case .oneMinusSquareRoot: 1 - progress.squareRoot()
            }
        }
    }

    /// Waves of a cosine; 0.5, or 1 with restarts.
    public var numCycles: Double?
    /// `polynomial`: the rate of the last step, 1e-7.
    public var finalLearningRate: Double?
    /// `polynomial`: the exponent, 1.
    public var power: Double?
    /// `inverse_sqrt`: the steps after which the rate has fallen to 1 / √2, as many as the warm-up has.
    public var timescale: Int?
    /// The least rate.
    public var minimumLearningRate: Double?
    /// The least rate as a share of the full one.
    public var minimumRatio: Double?
    /// `cosine_warmup_with_min_lr`: the first rate as a share of the full one.
    public var warmupRatio: Double?
    /// `warmup_stable_decay`: the steps between warm-up and decay; all that are left.
    public var stableSteps: Int?
    /// `warmup_stable_decay`: the steps of the decay.
    public var decaySteps: Int?
    /// `warmup_stable_decay`: how the rate rises, `linear`.
    public var warmupCurve: Curve?
    /// `warmup_stable_decay`: how the rate falls, `cosine`.
    public var decayCurve: Curve?

    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case numCycles = "num_cycles"
        case finalLearningRate = "lr_end"
        case power, timescale
        case minimumLearningRate = "min_lr"
        case minimumRatio = "min_lr_rate"
        case minimumRatioOfDecay = "min_lr_ratio"
        case warmupRatio = "warmup_lr_rate"
        case stableSteps = "num_stable_steps"
        case decaySteps = "num_decay_steps"
        case warmupCurve = "warmup_type"
        case decayCurve = "decay_type"
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        init(stringValue: String) { self.stringValue = stringValue }
        var intValue: Int? { nil }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: AnyKey.self).allKeys
        if let key = keys.first(where: { CodingKeys(stringValue: $0.stringValue) == nil }) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "no schedule has an option “\(key.stringValue)”"))
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        numCycles = try container.decodeIfPresent(Double.self, forKey: .numCycles)
        finalLearningRate = try container.decodeIfPresent(Double.self, forKey: .finalLearningRate)
        power = try container.decodeIfPresent(Double.self, forKey: .power)
        timescale = try container.decodeIfPresent(Int.self, forKey: .timescale)
        minimumLearningRate = try container.decodeIfPresent(Double.self, forKey: .minimumLearningRate)
        minimumRatio =
            try container.decodeIfPresent(Double.self, forKey: .minimumRatio)
            ?? container.decodeIfPresent(Double.self, forKey: .minimumRatioOfDecay)
        warmupRatio = try container.decodeIfPresent(Double.self, forKey: .warmupRatio)
        stableSteps = try container.decodeIfPresent(Int.self, forKey: .stableSteps)
        decaySteps = try container.decodeIfPresent(Int.self, forKey: .decaySteps)
        warmupCurve = try container.decodeIfPresent(Curve.self, forKey: .warmupCurve)
        decayCurve = try container.decodeIfPresent(Curve.self, forKey: .decayCurve)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(numCycles, forKey: .numCycles)
        try container.encodeIfPresent(finalLearningRate, forKey: .finalLearningRate)
        try container.encodeIfPresent(power, forKey: .power)
        try container.encodeIfPresent(timescale, forKey: .timescale)
        try container.encodeIfPresent(minimumLearningRate, forKey: .minimumLearningRate)
        try container.encodeIfPresent(minimumRatio, forKey: decaySteps == nil ? .minimumRatio : .minimumRatioOfDecay)
        try container.encodeIfPresent(warmupRatio, forKey: .warmupRatio)
        try container.encodeIfPresent(stableSteps, forKey: .stableSteps)
        try container.encodeIfPresent(decaySteps, forKey: .decaySteps)
        try container.encodeIfPresent(warmupCurve, forKey: .warmupCurve)
        try container.encodeIfPresent(decayCurve, forKey: .decayCurve)
    }

    /// transformers' names of the options that are set.
    var names: [String] {
        let values: [(CodingKeys, Bool)] = [
            (.numCycles, numCycles != nil), (.finalLearningRate, finalLearningRate != nil), (.power, power != nil),
            (.timescale, timescale != nil), (.minimumLearningRate, minimumLearningRate != nil),
            (.minimumRatio, minimumRatio != nil), (.warmupRatio, warmupRatio != nil),
            (.stableSteps, stableSteps != nil), (.decaySteps, decaySteps != nil),
            (.warmupCurve, warmupCurve != nil), (.decayCurve, decayCurve != nil),
        ]
        return values.filter(\.1).map(\.0.rawValue)
    }
}
