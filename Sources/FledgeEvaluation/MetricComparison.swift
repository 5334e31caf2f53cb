/// Which of two systems is better by a metric, or whether that cannot be told.
public struct MetricComparison: Sendable {
    /// What the metric is called.
    public let metric: String
    /// The parameters that must be the same for scores to be comparable.
    public let signature: String
    /// How many examples both systems were judged by.
    public let examples: Int
    /// The comparisons of the metric's scores.
    public let scores: [ScoreComparison]

    /// Compares the two systems of a measurement.
    init(metric: String, measurement: Measurement, resampling: Resampling) {
        self.metric = metric
        signature = measurement.signature
        examples = measurement.tables[0].count
        let (first, second) = (measurement.values(of: 0), measurement.values(of: 1))
        let differences = measurement.differences(resampling)
        let permuted = measurement.permutationPValues(resampling)
        scores = measurement.scores.filter(\.hasInterval).map { layout in
            let index = layout.score
            let difference = second[index] - first[index]
            let sample = differences[index]
            let interval =
                measurement.intervals == .jackknife
                ? resampling.jackknifeInterval(of: difference, without: sample)
                : ConfidenceInterval(percentilesOf: sample, level: resampling.level)
            return ScoreComparison(
                name: layout.name, first: first[index], second: second[index],
                difference: Estimate(value: difference, interval: interval),
                bootstrapPValue: measurement.intervals == .jackknife
                    ? nil : MetricComparison.bootstrapPValue(of: difference, sample: sample),
                permutationPValue: permuted[index], level: resampling.level, direction: layout.direction)
        }
    }

    /// How likely a difference of this size is if there were none: the share of resamples whose difference is as far from
    /// the observed one as that is from 0 (Efron and Tibshirani 1993, section 16).
    private static func bootstrapPValue(of difference: Double, sample: [Double]) -> Double {
        let size = abs(difference) - roundingError(of: difference)
        let extreme = sample.count { abs($0 - difference) >= size }
        return Double(extreme + 1) / Double(sample.count + 1)
    }

    /// How much a difference may be off because sums are rounded.
    fileprivate static func roundingError(of difference: Double) -> Double { 1e-10 * max(1, abs(difference)) }
}

/// A score of two systems.
public struct ScoreComparison: Sendable {
    /// What can be said of two systems.
    public enum Verdict: String, Sendable {
        /// The first has the better score.
        case first
        /// The second has the better score.
        case second
        /// The scores differ, and neither more nor less is better.
        case different
        /// The difference may be chance.
        case noise
    }

    /// What the score is called.
    public let name: String
    /// The first system's score.
    public let first: Double
    /// The second system's score.
    public let second: Double
    /// The second system's score less the first's, with the interval of the paired bootstrap.
    public let difference: Estimate
    /// The p-value of the paired bootstrap; nil for scores that are not resampled.
    public let bootstrapPValue: Double?
    /// The p-value of the paired permutation test (approximate randomisation, Noreen 1989).
    public let permutationPValue: Double
    /// How sure a verdict has to be.
    public let level: Double
    /// Whether more is better.
    public let direction: ScoreLayout.Direction

    /// Which is better, by the permutation test.
    public var verdict: Verdict {
        guard permutationPValue < 1 - level else { return .noise }
        switch direction {
        case .higher: return difference.value > 0 ? .second : .first
        case .lower: return difference.value < 0 ? .second : .first
        case .neither: return .different
        }
    }
}

extension Measurement {
    /// The differences of the systems' values on the same resamples, a list for each value.
    fileprivate func differences(_ resampling: Resampling) -> [[Double]] {
        let lists =
            intervals == .jackknife
            ? resampling.withoutGroups(self, systems: [0, 1])
            : resampling.bootstrap(self, systems: [0, 1], wanted: wanted)
        return zip(lists[0], lists[1]).map { zip($0, $1).map { $1 - $0 } }
    }

    /// How likely differences of this size are if it did not matter which system said what: for each value the share of
    /// random exchanges that give one as large.
    fileprivate func permutationPValues(_ resampling: Resampling) -> [Double] {
        let width = tables.map(\.width).max() ?? 0
        let padded = tables.map { $0.sums() + [Double](repeating: 0, count: width - $0.width) }
        let total = zip(padded[0], padded[1]).map { $0 + $1 }
        let (first, second) = (values(of: 0), values(of: 1))
        let observed = zip(first, second).map { first, second in
            abs(second - first) - MetricComparison.roundingError(of: second - first)
        }
        var extreme = [Int](repeating: 0, count: valueCount)
        var (here, there) = (first, second)
        var (sums, rest) = (total, total)
        for permutation in 0..<resampling.permutations {
            let generator = CounterGenerator(seed: resampling.seed, stream: 1 << 32 + UInt64(permutation))
            for index in sums.indices { sums[index] = 0 }
            var bits: UInt64 = 0
            for row in 0..<tables[0].count {
                if row & 63 == 0 { bits = generator[row >> 6] }
                tables[Int(bits & 1)].add(row: row, times: 1, to: &sums)
                bits >>= 1
            }
            for index in rest.indices { rest[index] = total[index] - sums[index] }
            scoring(sums, &here)
            scoring(rest, &there)
            for index in observed.indices where abs(here[index] - there[index]) >= observed[index] {
                extreme[index] += 1
            }
        }
        return extreme.map { Double($0 + 1) / Double(resampling.permutations + 1) }
    }
}
