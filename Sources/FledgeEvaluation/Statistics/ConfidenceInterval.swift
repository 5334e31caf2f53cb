/// A range that is likely to hold what a score would be on other examples of the same kind.
public struct ConfidenceInterval: Sendable, Equatable {
    /// Its lower end.
    public let lower: Double
    /// Its upper end.
    public let upper: Double

    /// Creates an interval.
    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// The middle part of a sample, by percentiles that lie linearly between two values, as numpy has them.
    ///
    /// - Parameters:
    ///   - sample: some values, in any order; at least one.
    ///   - level: how much of the sample lies inside, such as 0.95.
    init(percentilesOf sample: [Double], level: Double) {
        let sorted = sample.sorted()
        lower = ConfidenceInterval.percentile((1 - level) / 2, of: sorted)
        upper = ConfidenceInterval.percentile((1 + level) / 2, of: sorted)
    }

    static func percentile(_ share: Double, of sorted: [Double]) -> Double {
        guard let last = sorted.last else { return 0 }
        let place = share * Double(sorted.count - 1)
        let index = Int(place)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}

/// How an interval is found.
public enum IntervalMethod: String, Sendable {
    /// Percentiles of the scores of resamples (Efron 1979).
    case bootstrap
    /// The spread of the scores without each of up to fifty groups of examples, for scores of how many different things
    /// a corpus holds: a resample repeats examples and always holds fewer.
    case jackknife
}
