/// How many of a system's n-grams are different ones (distinct-n, Li et al. 2016), in 0…1. Words are what white space
/// separates.
///
/// More texts have fewer different n-grams, so only compare corpora of the same size. For the same reason intervals come
/// from the jackknife.
public struct Distinct: Metric {
    public let name = "distinct"
    /// The largest n.
    public let maxOrder: Int

    /// - Parameter maxOrder: the largest n, 1 to 9.
    /// - Throws: an ``EvaluationError`` for another number.
    public init(maxOrder: Int = 3) throws(EvaluationError) {
        guard 1...9 ~= maxOrder else {
            throw .badOption(name: "maxOrder", problem: "\(maxOrder) is not in 1…9", remedy: "Use 3.")
        }
        self.maxOrder = maxOrder
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var words = PlainWords()
        var grams = NGramTable()
        var orderOfGram: [Int] = []
        var tables: [StatisticTable] = []
        for examples in systems {
            var table = StatisticTable()
            for example in examples {
                let lists = grams.grams(of: words.tokens(of: example.prediction), orders: maxOrder)
                orderOfGram += [Int](repeating: 0, count: grams.count - orderOfGram.count)
                for (order, list) in lists.enumerated() { for gram in list { orderOfGram[Int(gram)] = order } }
                table.append(lists.joined().map { (column: Int($0), value: 1.0) })
            }
            tables.append(table)
        }
        for index in tables.indices { tables[index].widen(to: grams.count) }
        let (orders, maxOrder) = (orderOfGram, self.maxOrder)
        let scoring: Measurement.Scoring = { sums, values in
            var totals = [Double](repeating: 0, count: maxOrder)
            for index in values.indices { values[index] = 0 }
            for (gram, order) in orders.enumerated() where sums[gram] > 0 {
                values[order] += 1
                totals[order] += sums[gram]
            }
            for order in 0..<maxOrder where totals[order] > 0 { values[order] /= totals[order] }
        }
        let names = (1...maxOrder).map { "distinct_\($0)" }
        return Measurement(
            scores: names.enumerated().map { ScoreLayout($1, at: $0) }, valueCount: maxOrder, tables: tables,
            scoring: scoring, exampleScores: .init(),
            signature: "words:whitespace", intervals: .jackknife, bounds: 0...1)
    }
}

/// Words that white space separates, as numbers.
struct PlainWords {
    private var table = WordTable()

    mutating func tokens(of text: String) -> [Int32] {
        PythonText.split(Array(text.unicodeScalars)).map { table.number(of: $0) }
    }
}
