/// How many predictions are a reference to the byte, in 0…1.
public struct ExactMatch: Metric {
    public let name = "exact-match"

    /// Creates the metric.
    public init() {}

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var tables: [StatisticTable] = []
        for examples in systems {
            var table = StatisticTable(denseWidth: 2)
            for (index, example) in examples.enumerated() {
                guard !example.references.isEmpty else { throw .noReference(example: index) }
                let isRight = example.references.contains { $0.utf8.elementsEqual(example.prediction.utf8) }
                table.append([isRight ? 1 : 0, 1])
            }
            tables.append(table)
        }
        return Measurement(
            scores: [ScoreLayout("exact_match", at: 0)], valueCount: 1, tables: tables,
            scoring: { sums, values in values[0] = sums[0] / max(sums[1], 1) },
            exampleScores: .init(names: ["exact_match"], of: tables[0]) { sums, values in values[0] = sums[0] },
            signature: "normalization:none")
    }
}
