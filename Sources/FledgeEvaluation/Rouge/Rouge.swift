/// ROUGE (Lin 2004): how many n-grams, or how much of a common subsequence, a summary shares with a reference.
///
/// The scores are those of rouge_score 0.1.2, in 0…1: ROUGE-N, ROUGE-L over the whole text, and ROUGE-Lsum, the union of
/// common subsequences over sentences, which are lines. A corpus has the mean of its examples. Its intervals are
/// percentiles of resampled means, as rouge_score's aggregator has them, drawn by another generator; the aggregator's
/// middle value is the median of those means, which differs from the mean by chance.
public struct Rouge: Metric {
    /// One of the family's scores.
    public enum Variant: Sendable, Hashable {
        /// N-grams.
        case n(Int)
        /// Longest common subsequence of the texts.
        case l
        /// Longest common subsequences of the sentences.
        case lsum

        /// The score's name in rouge_score.
        public var name: String {
            switch self {
            case .n(let order): "rouge\(order)"
            case .l: "rougeL"
            case .lsum: "rougeLsum"
            }
        }
    }

    /// What counts when there are several references.
    public enum References: String, Sendable, CaseIterable {
        /// For each score the reference with the best F-measure.
        case best
        /// The mean over the references.
        case mean
    }

    public let name = "rouge"
    /// The scores.
    public let variants: [Variant]
    /// Whether words are stemmed.
    public let stems: Bool
    /// What counts when there are several references.
    public let references: References

    /// ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum.
    public init(stems: Bool = true, references: References = .best) {
        variants = [.n(1), .n(2), .l, .lsum]
        self.stems = stems
        self.references = references
    }

    /// - Parameters:
    ///   - variants: the scores; n-grams have one to nine tokens.
    ///   - stems: whether words are stemmed.
    ///   - references: what counts when there are several references.
    /// - Throws: an ``EvaluationError`` for other n-grams or no score.
    public init(variants: [Variant], stems: Bool = true, references: References = .best) throws(EvaluationError) {
        guard !variants.isEmpty else {
            throw .badOption(name: "variants", problem: "there is none", remedy: "Give at least one.")
        }
        for case .n(let order) in variants where !(1...9 ~= order) {
            throw .badOption(name: "variants", problem: "there is no ROUGE-\(order)", remedy: "Use 1 to 9.")
        }
        self.variants = variants
        self.stems = stems
        self.references = references
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var scorer = RougeScorer(variants: variants, stems: stems)
        let width = 3 * variants.count + 1
        var tables: [StatisticTable] = []
        for examples in systems {
            var table = StatisticTable(denseWidth: width)
            for (index, example) in examples.enumerated() {
                table.append(try row(of: example, index: index, scorer: &scorer) + [1])
            }
            tables.append(table)
        }
        let scores = variants.enumerated().map { ScoreLayout($1.name, precisionRecallF1At: 3 * $0) }
        let scoring: Measurement.Scoring = { sums, values in
            let count = max(sums[width - 1], 1)
            for index in 0..<width - 1 { values[index] = sums[index] / count }
        }
        let several = systems.joined().contains { $0.references.count > 1 }
        return Measurement(
            scores: scores, valueCount: width - 1, tables: tables, scoring: scoring,
            exampleScores: .init(names: variants.map(\.name), of: tables[0]) { sums, values in
                for index in values.indices { values[index] = sums[3 * index + 2] }
            },
            signature: "stemmer:\(stems ? "porter" : "none")" + (several ? "|references:\(references)" : ""))
    }

    /// Precision, recall and F-measure of each score.
    private func row(
        of example: EvaluationExample, index: Int, scorer: inout RougeScorer
    ) throws(EvaluationError) -> [Double] {
        guard !example.references.isEmpty else { throw .noReference(example: index) }
        let prediction = scorer.tokenize(example.prediction)
        var chosen: [Double] = []
        for reference in example.references {
            let target = scorer.tokenize(reference)
            guard let row = scorer.scores(target: target, prediction: prediction) else {
                throw .tooLong(example: index)
            }
            guard !chosen.isEmpty else {
                chosen = row
                continue
            }
            for score in variants.indices {
                for place in 3 * score..<3 * score + 3 where references == .mean { chosen[place] += row[place] }
                if references == .best, row[3 * score + 2] > chosen[3 * score + 2] {
                    chosen.replaceSubrange(3 * score..<3 * score + 3, with: row[3 * score..<3 * score + 3])
                }
            }
        }
        if references == .mean { chosen = chosen.map { $0 / Double(example.references.count) } }
        return chosen
    }
}
