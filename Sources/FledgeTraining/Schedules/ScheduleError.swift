/// Why a learning-rate schedule cannot be as asked.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
    /// A value, by transformers' name for it, and what it must be.
    case badValue(String, String)
    /// An option that the schedule does not have, and those that it has.
    case unknownOption(String, kind: String, options: [String])

    public var description: String {
        switch self {
        case .badValue(let name, let rule): "the schedule's \(name) must be \(rule)"
        case .unknownOption(let name, let kind, let options):
            "a \(kind) schedule has no option \(name); "
                + (options.isEmpty ? "it has none" : "it has \(options.joined(separator: ", "))")
        }
    }
}

extension LearningRateSchedule.Kind {
    /// transformers' names of the options that a schedule has.
    var options: [String] {
        switch self {
        case .constant, .constantWithWarmup, .linear: []
        case .cosine, .cosineWithRestarts: ["num_cycles"]
        case .polynomial: ["lr_end", "power"]
        case .inverseSquareRoot: ["timescale"]
        case .cosineWithMinimum: ["num_cycles", "min_lr", "min_lr_rate"]
        case .cosineWarmupWithMinimum: ["num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"]
        case .warmupStableDecay:
            ["num_cycles", "min_lr_rate", "num_stable_steps", "num_decay_steps", "warmup_type", "decay_type"]
        }
    }
}

extension LearningRateSchedule {
    /// - Throws: ``ScheduleError`` for values that leave a step without a rate, and for options that do nothing.
    func validate() throws(ScheduleError) {
        guard learningRate >= 0, learningRate.isFinite else { throw .badValue("learning_rate", "0 or more") }
        guard warmupSteps >= 0 else { throw .badValue("warmup_steps", "0 or more") }
        guard totalSteps >= 1 else { throw .badValue("max_steps", "1 or more") }
        if let name = options.names.first(where: { !kind.options.contains($0) }) {
            throw .unknownOption(name, kind: kind.rawValue, options: kind.options)
        }
        try validateOptions()
    }

    private func validateOptions() throws(ScheduleError) {
        guard options.numCycles.map({ $0 >= 0 && $0.isFinite }) ?? true else {
            throw .badValue("num_cycles", "0 or more")
        }
        guard options.power.map({ $0 >= 0 && $0.isFinite }) ?? true else { throw .badValue("power", "0 or more") }
        guard options.minimumRatio.map({ (0...1).contains($0) }) ?? true else {
            throw .badValue("min_lr_rate", "from 0 to 1")
        }
        guard options.warmupRatio.map({ (0...1).contains($0) }) ?? true else {
            throw .badValue("warmup_lr_rate", "from 0 to 1")
        }
        guard options.minimumLearningRate.map({ $0 >= 0 && $0 <= learningRate }) ?? true else {
            throw .badValue("min_lr", "from 0 to the learning rate")
        }
        switch kind {
        case .polynomial:
            let final = options.finalLearningRate ?? 1e-7
            guard final >= 0, final < learningRate else {
                throw .badValue("lr_end", "from 0 to below the learning rate")
            }
        case .inverseSquareRoot:
            guard options.timescale.map({ $0 >= 1 }) ?? true else { throw .badValue("timescale", "1 or more") }
        case .cosineWithMinimum, .cosineWarmupWithMinimum:
            guard (options.minimumRatio == nil) != (options.minimumLearningRate == nil) else {
                throw .badValue("min_lr or min_lr_rate", "given, and only one of the two")
            }
        case .warmupStableDecay:
            guard let decay = options.decaySteps, decay >= 0 else {
                throw .badValue("num_decay_steps", "given, 0 or more")
            }
            guard (options.stableSteps ?? 0) >= 0 else { throw .badValue("num_stable_steps", "0 or more") }
        default: break
        }
    }
}
