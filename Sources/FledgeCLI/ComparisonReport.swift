import Fledge

/// What `evaluate` prints about two files.
struct ComparisonReport: Encodable {
    struct Score: Encodable {
        let name: String
        let first: Double
        let second: Double
        let difference: Double
        let interval: EvaluationReport.Interval?
        let bootstrapPValue: Double?
        let permutationPValue: Double
        /// `first`, `second`, `different` or `noise`.
        let verdict: String
    }

    struct Metric: Encodable {
        let metric: String
        let signature: String
        let scores: [Score]
    }

    let first: String
    let second: String
    let examples: Int
    let resamples: Int
    let permutations: Int
    let confidence: Double
    let seed: UInt64
    let metrics: [Metric]
    let timings: EvaluationReport.Timings

    init(
        first: String, second: String, comparisons: [MetricComparison], resampling: Resampling,
        timings: EvaluationReport.Timings
    ) {
        self.first = first
        self.second = second
        examples = comparisons.first?.examples ?? 0
        resamples = resampling.resamples
        permutations = resampling.permutations
        confidence = resampling.level
        seed = resampling.seed
        metrics = comparisons.map { comparison in
            Metric(
                metric: comparison.metric, signature: comparison.signature,
                scores: comparison.scores.map { score in
                    Score(
                        name: score.name, first: score.first, second: score.second, difference: score.difference.value,
                        interval: EvaluationReport.Interval(score.difference), bootstrapPValue: score.bootstrapPValue,
                        permutationPValue: score.permutationPValue, verdict: score.verdict.rawValue)
                })
        }
        self.timings = timings
    }

    /// The comparisons for people: a sentence for each score.
    func text(_ comparisons: [MetricComparison]) -> String {
        var text = "\(first) is the first system, \(second) the second; \(examples) examples\n"
        for comparison in comparisons {
            text += "\(comparison.metric)  \(comparison.signature)\n"
            for score in comparison.scores { text += "  \(score.name): \(sentence(score))\n" }
        }
        return text
    }

    private func sentence(_ score: ScoreComparison) -> String {
        let verdict =
            switch score.verdict {
            case .first: "the first is better"
            case .second: "the second is better"
            case .different: "they differ"
            case .noise: score.difference.value == 0 ? "no difference" : "the difference may be chance"
            }
        var text = "\(verdict): \(EvaluationReport.number(score.first)) and \(EvaluationReport.number(score.second))"
        text += ", difference \(EvaluationReport.number(score.difference.value))"
        if let interval = score.difference.interval {
            text += " (\(EvaluationReport.number(interval.lower)) to \(EvaluationReport.number(interval.upper)))"
        }
        return text + ", p = \(EvaluationReport.number(score.permutationPValue))"
    }
}
