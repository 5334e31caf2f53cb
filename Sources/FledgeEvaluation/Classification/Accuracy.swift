/// How many classes are right, in 0…1.
public struct Accuracy: Metric {
    public let name = "accuracy"

    /// Creates the metric.
    public init() {}

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        let pairs = try LabelPairs(systems, metric: name)
        let tables = pairs.systems.map { pairs in
            var table = StatisticTable(denseWidth: 2)
            for pair in pairs { table.append([pair.reference == pair.prediction ? 1 : 0, 1]) }
            return table
        }
        return Measurement(
            scores: [ScoreLayout("accuracy", at: 0)], valueCount: 1, tables: tables,
            scoring: { sums, values in values[0] = sums[0] / max(sums[1], 1) },
            exampleScores: .init(names: ["correct"], values: [pairs.correct()]),
            signature: "classes:\(pairs.labels.count)", confusion: pairs.confusion())
    }
}
