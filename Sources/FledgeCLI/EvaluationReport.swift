import Fledge

/// What `evaluate` prints about one file.
struct EvaluationReport: Encodable {
    struct Timings: Encodable {
        let readSeconds: Double
        let evaluateSeconds: Double
    }

    struct Interval: Encodable {
        let lower: Double
        let upper: Double

        init?(_ estimate: Estimate?) {
            guard let interval = estimate?.interval else { return nil }
            (lower, upper) = (interval.lower, interval.upper)
        }
    }

    struct Score: Encodable {
        let name: String
        let score: Double
        let interval: Interval?
        let precision: Double?
        let precisionInterval: Interval?
        let recall: Double?
        let recallInterval: Interval?
        let f1: Double?
        let f1Interval: Interval?
        let support: Int?

        init(_ score: MetricScore) {
            name = score.name
            self.score = score.score.value
            interval = Interval(score.score)
            precision = score.precision?.value
            precisionInterval = Interval(score.precision)
            recall = score.recall?.value
            recallInterval = Interval(score.recall)
            f1 = score.f1?.value
            f1Interval = Interval(score.f1)
            support = score.support
        }
    }

    struct ExampleScores: Encodable {
        let name: String
        let values: [Double]
    }

    struct Confusion: Encodable {
        let labels: [String]
        /// A row for each right class, a column for each predicted one.
        let counts: [[Int]]
    }

    struct Metric: Encodable {
        let metric: String
        let signature: String
        let scores: [Score]
        let exampleScores: [ExampleScores]?
        let confusion: Confusion?

        init(_ report: MetricReport, perExample: Bool) {
            metric = report.metric
            signature = report.signature
            scores = report.scores.map(Score.init)
            exampleScores =
                perExample
                ? zip(report.exampleScoreNames, report.exampleScores).map { ExampleScores(name: $0, values: $1) } : nil
            // A matrix of very many classes would be larger than what it tells.
            confusion = report.confusion.flatMap {
                $0.labels.count <= 100 ? Confusion(labels: $0.labels, counts: $0.rows) : nil
            }
        }
    }

    let predictions: String
    let examples: Int
    let resamples: Int
    let confidence: Double?
    let seed: UInt64?
    let metrics: [Metric]
    let timings: Timings

    init(file: String, reports: [MetricReport], resampling: Resampling?, perExample: Bool, timings: Timings) {
        predictions = file
        examples = reports.first?.examples ?? 0
        resamples = resampling?.resamples ?? 0
        confidence = resampling?.level
        seed = resampling?.seed
        metrics = reports.map { Metric($0, perExample: perExample) }
        self.timings = timings
    }

    /// The reports for people: a line for each score.
    static func text(_ reports: [MetricReport]) -> String {
        var text = ""
        for report in reports {
            text += "\(report.metric)  \(report.signature)  \(report.examples) examples\n"
            let width = report.scores.map(\.name.count).max() ?? 0
            for score in report.scores {
                text += "  " + score.name + String(repeating: " ", count: width - score.name.count)
                text += "  " + number(score.score.value)
                if let interval = score.score.interval {
                    text += "  (\(number(interval.lower)) to \(number(interval.upper)))"
                }
                if let precision = score.precision { text += "  precision \(number(precision.value))" }
                if let recall = score.recall { text += "  recall \(number(recall.value))" }
                if let support = score.support { text += "  of \(support)" }
                text += "\n"
            }
        }
        return text
    }

    /// A score with four digits behind the point.
    static func number(_ value: Double) -> String { Terminal.fixed(value, 4) }
}
