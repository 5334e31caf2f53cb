#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The learning rate of every step: a warm-up from 0 to the full rate, then what the type says. The types and their
/// options are those of transformers, and so are the rates, step for step.
public struct LearningRateSchedule: Sendable, Hashable, Codable {
    /// How the rate goes on after the warm-up, called as transformers' `lr_scheduler_type`.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The full rate, from the first step on: there is no warm-up.
        case constant
        case constantWithWarmup = "constant_with_warmup"
        /// Down to 0 in a straight line.
        case linear
        /// Down to 0 along half a cosine, or `numCycles` whole ones.
        case cosine
        /// `numCycles` half cosines, each of which starts at the full rate.
        case cosineWithRestarts = "cosine_with_restarts"
        /// Down to `finalLearningRate` along (1 - progress)^`power`.
        case polynomial
        /// By 1 / √step.
        case inverseSquareRoot = "inverse_sqrt"
        /// As `cosine`, down to `minimumLearningRate` or `minimumRatio`.
        case cosineWithMinimum = "cosine_with_min_lr"
        /// The same with a warm-up that starts above 0, and all steps one earlier.
        case cosineWarmupWithMinimum = "cosine_warmup_with_min_lr"
        /// The full rate for `stableSteps`, then down to `minimumRatio` in `decaySteps` (Hu et al. 2024).
        case warmupStableDecay = "warmup_stable_decay"
    }

    public var kind: Kind
    /// The full rate.
    public var learningRate: Double
    public var warmupSteps: Int
    /// All steps, the warm-up's included.
    public var totalSteps: Int
    public var options: ScheduleOptions

    enum CodingKeys: String, CodingKey {
        case kind = "lr_scheduler_type"
        case learningRate = "learning_rate"
        case warmupSteps = "warmup_steps"
        case totalSteps = "max_steps"
        case options = "lr_scheduler_kwargs"
    }

    /// - Throws: ``ScheduleError`` for values that leave a step without a rate.
    public init(
        _ kind: Kind, learningRate: Double, warmupSteps: Int = 0, totalSteps: Int,
        options: ScheduleOptions = ScheduleOptions()
    ) throws(ScheduleError) {
        self.kind = kind
        self.learningRate = learningRate
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
        self.options = options
        try validate()
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            container.decode(Kind.self, forKey: .kind),
            learningRate: container.decode(Double.self, forKey: .learningRate),
            warmupSteps: container.decodeIfPresent(Int.self, forKey: .warmupSteps) ?? 0,
            totalSteps: container.decode(Int.self, forKey: .totalSteps),
            options: container.decodeIfPresent(ScheduleOptions.self, forKey: .options) ?? ScheduleOptions())
    }

    /// The steps of a warm-up that is a share of all, rounded up as transformers' `warmup_ratio` is.
    public static func warmupSteps(ratio: Double, of totalSteps: Int) -> Int {
        Int(exactly: (Double(totalSteps) * min(max(ratio, 0), 1)).rounded(.up)) ?? 0
    }

    /// The rate of a step, counted from 0.
    public func learningRate(at step: Int) -> Double { learningRate * factor(at: step) }

    /// What the full rate is multiplied by at a step, counted from 0.
    public func factor(at step: Int) -> Double {
        let (now, warmup, total) = (Double(step), Double(warmupSteps), Double(totalSteps))
        switch kind {
        case .constant: return 1
        case .warmupStableDecay: return warmupStableDecay(now, warmup, total)
        case .cosineWarmupWithMinimum: return cosineWarmup(now, warmup, total)
        default: break
        }
        if step < warmupSteps { return now / max(1, warmup) }
        let progress = (now - warmup) / max(1, total - warmup)
        switch kind {
        case .linear: return max(0, (total - now) / max(1, total - warmup))
        case .cosine: return max(0, cosine(progress))
        case .cosineWithMinimum: return max(0, raised(cosine(progress)))
        case .cosineWithRestarts:
            if progress >= 1 { return 0 }
            let within = ((options.numCycles ?? 1) * progress).truncatingRemainder(dividingBy: 1)
            return max(0, 0.5 * (1 + cos(.pi * within)))
        case .polynomial:
            let final = options.finalLearningRate ?? 1e-7
            if step > totalSteps || warmupSteps >= totalSteps { return final / learningRate }
            let rest = 1 - (now - warmup) / (total - warmup)
            return ((learningRate - final) * pow(rest, options.power ?? 1) + final) / learningRate
        case .inverseSquareRoot:
            let timescale = Double(options.timescale ?? (warmupSteps > 0 ? warmupSteps : 10_000))
            return 1 / ((now + timescale - warmup) / timescale).squareRoot()
        default: return 1
        }
    }

    /// 1 at the start of a wave and 0 in its middle.
    private func cosine(_ progress: Double) -> Double {
        0.5 * (1 + cos(.pi * (options.numCycles ?? 0.5) * 2 * progress))
    }

    /// A factor from 0 to 1 moved to the range from the minimum to 1.
    private func raised(_ factor: Double) -> Double {
        let minimum = options.minimumRatio ?? options.minimumLearningRate.map { $0 / learningRate } ?? 0
        return factor * (1 - minimum) + minimum
    }

    private func cosineWarmup(_ now: Double, _ warmup: Double, _ total: Double) -> Double {
        if now < warmup {
            guard let start = options.warmupRatio else { return (now + 1) / max(1, warmup) }
            return start + (1 - start) * now / max(1, warmup - 1)
        }
        return max(0, raised(cosine((now - warmup + 1) / max(1, total - warmup))))
    }

    private func warmupStableDecay(_ now: Double, _ warmup: Double, _ total: Double) -> Double {
        let decay = Double(options.decaySteps ?? 0)
        let stable = options.stableSteps.map(Double.init) ?? total - warmup - decay
        if now < warmup {
            let progress = now / max(1, warmup)
            return max(0, raised((options.warmupCurve ?? .linear).falling(1 - progress, cycles: 0.5)))
        }
        if now < warmup + stable { return 1 }
        guard now < warmup + stable + decay else { return options.minimumRatio ?? 0 }
        let progress = (now - warmup - stable) / max(1, decay)
        let curve = options.decayCurve ?? .cosine
        return max(0, raised(curve.falling(progress, cycles: options.numCycles ?? 0.5)))
    }
}
