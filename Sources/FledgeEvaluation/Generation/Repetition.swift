/// How much texts repeat themselves: the share of a text's n-grams that it has had before, in 0…1, the mean over the texts
/// that are long enough to have any. 1 − distinct-n of each text alone (rep-n, Welleck et al. 2020).
public struct Repetition: Metric {
    public let name = "repetition"
    /// The largest n.
    public let maxOrder: Int

    /// - Parameter maxOrder: the largest n, 1 to 9.
    /// - Throws: an ``EvaluationError`` for another number.
    public init(maxOrder: Int = 4) throws(EvaluationError) {
        guard 1...9 ~= maxOrder else {
            throw .badOption(name: "maxOrder", problem: "\(maxOrder) is not in 1…9", remedy: "Use 4.")
        }
        self.maxOrder = maxOrder
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var words = PlainWords()
        var grams = NGramTable()
        let maxOrder = self.maxOrder
        let tables = systems.map { examples in
            var table = StatisticTable(denseWidth: 2 * maxOrder)
            for example in examples {
                grams.reset()
                var row: [Double] = []
                for list in grams.grams(of: words.tokens(of: example.prediction), orders: maxOrder) {
                    let repeated = list.isEmpty ? 0 : 1 - Double(Set(list).count) / Double(list.count)
                    row += [repeated, list.isEmpty ? 0 : 1]
                }
                table.append(row)
            }
            return table
        }
        let names = (1...maxOrder).map { "repetition_\($0)" }
        let scoring: Measurement.Scoring = { sums, values in
            for order in 0..<maxOrder { values[order] = sums[2 * order] / max(sums[2 * order + 1], 1) }
        }
        return Measurement(
            scores: names.enumerated().map { ScoreLayout($1, at: $0, direction: .lower) }, valueCount: maxOrder,
            tables: tables, scoring: scoring, exampleScores: .init(names: names, of: tables[0], scoring: scoring),
            signature: "words:whitespace")
    }
}
