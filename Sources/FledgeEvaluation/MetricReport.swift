/// A metric's scores of a system.
public struct MetricReport: Sendable {
    /// What the metric is called.
    public let metric: String
    /// The parameters that must be the same for scores to be comparable.
    public let signature: String
    /// How many examples were judged.
    public let examples: Int
    /// The scores, the most important first.
    public let scores: [MetricScore]
    /// What the scores of single examples are called.
    public let exampleScoreNames: [String]
    /// The scores of single examples, a list for each name.
    public let exampleScores: [[Double]]
    /// How often classes were taken for one another, for metrics of classes.
    public let confusion: ConfusionMatrix?

    /// The scores of a measurement's only system.
    ///
    /// - Parameters:
    ///   - metric: what the metric is called.
    ///   - measurement: what it found.
    ///   - resampling: how intervals are found; nil for none.
    public init(metric: String, measurement: Measurement, resampling: Resampling?) {
        self.metric = metric
        signature = measurement.signature
        examples = measurement.tables.first?.count ?? 0
        let values = measurement.values(of: 0)
        let intervals = resampling.map { measurement.intervals(of: values, system: 0, resampling: $0) }
        scores = measurement.scores.map { layout in
            func estimate(_ index: Int?) -> Estimate? {
                index.map { Estimate(value: values[$0], interval: layout.hasInterval ? intervals?[$0] : nil) }
            }
            return MetricScore(
                name: layout.name, score: estimate(layout.score) ?? Estimate(value: 0, interval: nil),
                precision: estimate(layout.precision), recall: estimate(layout.recall), f1: estimate(layout.f1),
                support: layout.support.map { Int(values[$0]) }, direction: layout.direction)
        }
        exampleScoreNames = measurement.exampleScores.names
        exampleScores = measurement.exampleScores.values
        confusion = measurement.confusion
    }
}

/// A number, and the range that it could have been.
public struct Estimate: Sendable, Equatable {
    /// The number.
    public let value: Double
    /// The range; nil where it was not asked for or there is none.
    public let interval: ConfidenceInterval?
}

/// One score of a metric, such as ROUGE-2.
public struct MetricScore: Sendable {
    /// What it is called.
    public let name: String
    /// The score.
    public let score: Estimate
    /// The precision, where it has one.
    public let precision: Estimate?
    /// The recall, where it has one.
    public let recall: Estimate?
    /// The F-measure, where it has one.
    public let f1: Estimate?
    /// How many references it is about, for a class.
    public let support: Int?
    /// Whether more is better.
    public let direction: ScoreLayout.Direction
}

extension Measurement {
    /// Which values have intervals.
    var wanted: [Bool] {
        var wanted = [Bool](repeating: false, count: valueCount)
        for layout in scores where layout.hasInterval {
            for index in [layout.score, layout.precision, layout.recall, layout.f1] {
                if let index { wanted[index] = true }
            }
        }
        return wanted
    }

    /// The interval of every value of a system, nil for those that have none.
    func intervals(of values: [Double], system: Int, resampling: Resampling) -> [ConfidenceInterval?] {
        switch self.intervals {
        case .bootstrap:
            resampling.bootstrap(self, systems: [system], wanted: wanted)[0].map { sample in
                sample.isEmpty ? nil : ConfidenceInterval(percentilesOf: sample, level: resampling.level)
            }
        case .jackknife:
            zip(values, resampling.withoutGroups(self, systems: [system])[0]).map { value, rest in
                resampling.jackknifeInterval(of: value, without: rest).map { interval in
                    guard let bounds else { return interval }
                    return ConfidenceInterval(
                        lower: max(interval.lower, bounds.lowerBound), upper: min(interval.upper, bounds.upperBound))
                }
            }
        }
    }
}
