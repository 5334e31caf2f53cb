/// Precision, recall and F1 of whole entities as seqeval 1.2.2 has them (after the CoNLL-2000 script), in 0…1: over all
/// entities (micro), the mean of the types (macro), the mean with the types' frequencies as weights, and of each type.
public struct EntityScores: Metric {
    /// How strictly tags are read.
    public enum Mode: Sendable, Equatable {
        /// Whatever may be the beginning of an entity is one, in any scheme of `B`, `I`, `E` and `S`.
        case lenient
        /// Only what a scheme asks for is an entity; nil finds the scheme out of the right tags.
        case strict(TaggingScheme?)
    }

    public let name = "seqeval"
    /// How strictly tags are read.
    public let mode: Mode
    /// What a precision or recall of nothing is.
    public let zeroDivision: ZeroDivision

    /// - Parameters:
    ///   - mode: how strictly tags are read.
    ///   - zeroDivision: what a precision or recall of nothing is.
    public init(mode: Mode = .lenient, zeroDivision: ZeroDivision = .zero) {
        self.mode = mode
        self.zeroDivision = zeroDivision
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        let reader = try EntityReader(mode: mode, systems: systems)
        let sentences = try EntitySentences(systems, reader: reader)
        let types = sentences.types.count
        let first = 3 * ClassScores.averages.count
        let scorer = ClassScores(classes: types, offset: 2, zeroDivision: zeroDivision, definesF1ByCounts: false)
        let accuracy = first + 4 * types
        var layouts = ClassScores.averages.enumerated().map { ScoreLayout("f1_\($1)", precisionRecallF1At: 3 * $0) }
        layouts.append(ScoreLayout("token_accuracy", at: accuracy))
        for (place, type) in sentences.types.enumerated() {
            var layout = ScoreLayout(
                "type:\(type)", precisionRecallF1At: first + 4 * place, support: first + 4 * place + 3)
            layout.hasInterval = types <= FScores.maxClassesWithIntervals
            layouts.append(layout)
        }
        return Measurement(
            scores: layouts, valueCount: accuracy + 1, tables: sentences.tables,
            scoring: { sums, values in
                scorer.score(sums, into: &values)
                values[accuracy] = sums[0] / max(sums[1], 1)
            },
            exampleScores: .init(
                names: ["f1"],
                values: [
                    sentences.firstCounts.map { scorer.precisionRecallF1($0.matches, $0.predicted, $0.right).2 }
                ]),
            signature: "mode:\(reader.signature)|zero_division:\(zeroDivision.rawValue)")
    }
}
