/// chrF (Popović 2015) and chrF++ (2017) as sacreBLEU 2.6.0 has them, in 0…100: the F-measure of character n-grams, with
/// `wordOrder` 2 also of words and pairs of words.
public struct ChrF: Metric {
    public let name = "chrf"
    /// The largest n of n-grams of characters.
    public let charOrder: Int
    /// The largest n of n-grams of words; 0 is chrF, 2 is chrF++.
    public let wordOrder: Int
    /// How much more recall counts than precision.
    public let beta: Int
    /// Whether upper and lower case are the same.
    public let lowercases: Bool
    /// Whether white space counts as characters.
    public let keepsWhitespace: Bool
    /// Whether orders that a text is too short for count as almost 0 instead of not at all.
    public let usesEpsilonSmoothing: Bool

    /// - Parameters:
    ///   - charOrder: the largest n of n-grams of characters, 1 to 20.
    ///   - wordOrder: the largest n of n-grams of words, 0 to 9; 0 is chrF, 2 is chrF++.
    ///   - beta: how much more recall counts than precision, 1 to 100.
    ///   - lowercases: whether upper and lower case are the same.
    ///   - keepsWhitespace: whether white space counts as characters.
    ///   - usesEpsilonSmoothing: whether orders that a text is too short for count as almost 0 instead of not at all.
    /// - Throws: an ``EvaluationError`` for numbers that make no sense.
    public init(
        charOrder: Int = 6, wordOrder: Int = 0, beta: Int = 2, lowercases: Bool = false, keepsWhitespace: Bool = false,
        usesEpsilonSmoothing: Bool = false
    ) throws(EvaluationError) {
        for (name, value, range) in [
            ("charOrder", charOrder, 1...20), ("wordOrder", wordOrder, 0...9), ("beta", beta, 1...100),
        ] where !range.contains(value) {
            throw .badOption(
                name: name, problem: "\(value) is not in \(range.lowerBound)…\(range.upperBound)",
                remedy: "The usual values are 6, 0 and 2.")
        }
        self.charOrder = charOrder
        self.wordOrder = wordOrder
        self.beta = beta
        self.lowercases = lowercases
        self.keepsWhitespace = keepsWhitespace
        self.usesEpsilonSmoothing = usesEpsilonSmoothing
    }

    private var orders: Int { charOrder + wordOrder }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var counter = CharacterGramCounter(metric: self)
        var tables: [StatisticTable] = []
        for examples in systems {
            var table = StatisticTable(denseWidth: 3 * orders)
            for (index, example) in examples.enumerated() {
                guard !example.references.isEmpty else { throw .noReference(example: index) }
                table.append(counter.statistics(of: example))
            }
            tables.append(table)
        }
        let scoring: Measurement.Scoring = { sums, values in score(sums, into: &values) }
        var layout = ScoreLayout("chrf", at: 0)
        layout.precision = 1
        layout.recall = 2
        return Measurement(
            scores: [layout], valueCount: 3, tables: tables, scoring: scoring,
            exampleScores: .init(names: ["chrf"], of: tables[0]) { sums, values in values[0] = fScore(sums) },
            signature: signature(of: systems))
    }

    /// The parameters as sacreBLEU writes them.
    private func signature(of systems: [[EvaluationExample]]) -> String {
        [
            "nrefs:\(EvaluationExample.referenceCount(of: systems))", "case:\(lowercases ? "lc" : "mixed")",
            "eff:\(usesEpsilonSmoothing ? "no" : "yes")", "nc:\(charOrder)", "nw:\(wordOrder)",
            "space:\(keepsWhitespace ? "yes" : "no")", "version:\(BLEU.sacreBLEUVersion)",
        ].joined(separator: "|")
    }

    /// The score of counts of the text's, the reference's and matching n-grams for each order.
    func fScore(_ sums: [Double]) -> Double {
        var values = [0.0, 0, 0]
        score(sums, into: &values)
        return values[0]
    }

    /// The score, and the precision and recall averaged over the orders that both sides have, times 100.
    private func score(_ sums: [Double], into values: inout [Double]) {
        let epsilon = 1e-16
        let factor = Double(beta * beta)
        var (smoothed, precision, recall, effective) = (0.0, 0.0, 0.0, 0.0)
        for order in 0..<orders {
            let (count, referenceCount, matches) = (sums[3 * order], sums[3 * order + 1], sums[3 * order + 2])
            let orderPrecision = count > 0 ? matches / count : epsilon
            let orderRecall = referenceCount > 0 ? matches / referenceCount : epsilon
            let denominator = factor * orderPrecision + orderRecall
            smoothed += denominator > 0 ? (1 + factor) * orderPrecision * orderRecall / denominator : epsilon
            if count > 0, referenceCount > 0 {
                precision += orderPrecision
                recall += orderRecall
                effective += 1
            }
        }
        if effective > 0 {
            precision /= effective
            recall /= effective
        }
        values[1] = 100 * precision
        values[2] = 100 * recall
        if usesEpsilonSmoothing {
            values[0] = 100 * smoothed / Double(orders)
        } else if precision + recall > 0 {
            values[0] = 100 * ((1 + factor) * precision * recall / (factor * precision + recall))
        } else {
            values[0] = 0
        }
    }
}
