/// Exact match and F1 of answers as the scripts of SQuAD (Rajpurkar et al. 2016, 2018) have them, in 0…100; of several
/// right answers the best counts.
public struct SQuAD: Metric {
    /// Whose script it is.
    public enum Version: Int, Sendable, CaseIterable {
        /// Every question has an answer.
        case v1 = 1
        /// Questions may have no answer: no references, or empty ones. Then the empty answer is right.
        case v2 = 2
    }

    public let name = "squad"
    /// Whose script it is.
    public let version: Version

    /// - Parameter version: whose script it is.
    public init(version: Version = .v1) {
        self.version = version
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var words = WordTable()
        var tables: [StatisticTable] = []
        var (hasAnswers, hasNone) = (false, false)
        for examples in systems {
            // Exact, F1 and how many, of all; the same of those with an answer.
            var table = StatisticTable(denseWidth: 6)
            for (index, example) in examples.enumerated() {
                if version == .v1, example.references.isEmpty { throw .noReference(example: index) }
                let isAnswerable = example.references.contains { !$0.isEmpty }
                let (exact, f1) = score(example, words: &words)
                hasAnswers = hasAnswers || isAnswerable
                hasNone = hasNone || !isAnswerable
                let factor: Double = isAnswerable ? 1 : 0
                table.append([exact, f1, 1, factor * exact, factor * f1, factor])
            }
            tables.append(table)
        }
        var names = ["exact_match", "f1"]
        if version == .v2, hasAnswers, hasNone {
            names += ["answerable_exact_match", "answerable_f1", "unanswerable_exact_match", "unanswerable_f1"]
        }
        return Measurement(
            scores: names.enumerated().map { ScoreLayout($1, at: $0) }, valueCount: 6, tables: tables,
            scoring: { sums, values in
                for place in 0..<2 {
                    values[place] = 100 * sums[place] / max(sums[2], 1)
                    values[2 + place] = 100 * sums[3 + place] / max(sums[5], 1)
                    values[4 + place] = 100 * (sums[place] - sums[3 + place]) / max(sums[2] - sums[5], 1)
                }
            },
            exampleScores: .init(names: ["exact_match", "f1"], of: tables[0]) { sums, values in
                values[0] = sums[0]
                values[1] = sums[1]
            },
            signature: "squad:v\(version == .v1 ? "1.1" : "2.0")")
    }

    /// Exact match and F1 of an answer.
    private func score(_ example: EvaluationExample, words: inout WordTable) -> (exact: Double, f1: Double) {
        let prediction = SQuAD.tokens(of: example.prediction, words: &words)
        var references = example.references.map { SQuAD.tokens(of: $0, words: &words) }
        if version == .v2 {
            references.removeAll(where: \.isEmpty)
            if references.isEmpty { references = [[]] }
        }
        var best = (exact: 0.0, f1: 0.0)
        for reference in references {
            if reference == prediction { best.exact = 1 }
            best.f1 = max(best.f1, f1(prediction, reference))
        }
        return best
    }

    private static func tokens(of answer: String, words: inout WordTable) -> [Int32] {
        AnswerNormalization.words(of: answer).map { words.number(of: $0) }
    }

    private func f1(_ prediction: [Int32], _ reference: [Int32]) -> Double {
        if version == .v2, prediction.isEmpty || reference.isEmpty { return prediction == reference ? 1 : 0 }
        var counts: [Int32: Int] = [:]
        for word in reference { counts[word, default: 0] += 1 }
        var same = 0
        for word in prediction {
            if let count = counts[word], count > 0 {
                counts[word] = count - 1
                same += 1
            }
        }
        guard same > 0 else { return 0 }
        let precision = Double(same) / Double(prediction.count)
        let recall = Double(same) / Double(reference.count)
        return 2 * precision * recall / (precision + recall)
    }
}
