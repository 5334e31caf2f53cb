/// Precision, recall and F1 of classes as scikit-learn has them, in 0…1: over all examples (micro), the mean of the
/// classes (macro), the mean with the classes' frequencies as weights (weighted), and of each class.
public struct FScores: Metric {
    /// Up to how many classes have intervals of their own.
    public static let maxClassesWithIntervals = 256

    public let name = "f1"
    /// The class whose score comes first, for tasks of two classes.
    public let positiveLabel: String?
    /// What a precision or recall of nothing is.
    public let zeroDivision: ZeroDivision

    /// - Parameters:
    ///   - positiveLabel: the class whose score comes first, for tasks of two classes.
    ///   - zeroDivision: what a precision or recall of nothing is.
    public init(positiveLabel: String? = nil, zeroDivision: ZeroDivision = .zero) {
        self.positiveLabel = positiveLabel
        self.zeroDivision = zeroDivision
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        let pairs = try LabelPairs(systems, metric: name)
        let classes = pairs.labels.count
        let first = ClassScores.averages.count * 3
        var layouts = ClassScores.averages.enumerated().map { ScoreLayout("f1_\($1)", precisionRecallF1At: 3 * $0) }
        if let positiveLabel {
            guard let place = pairs.labels.firstIndex(where: { $0.utf8.elementsEqual(positiveLabel.utf8) }) else {
                throw .badOption(
                    name: "positive label", problem: "no example has the class “\(positiveLabel)”",
                    remedy: "Give one of the classes that occur.")
            }
            layouts.insert(ScoreLayout("f1", precisionRecallF1At: first + 4 * place), at: 0)
        }
        for (place, label) in pairs.labels.enumerated() {
            var layout = ScoreLayout(
                "class:\(label)", precisionRecallF1At: first + 4 * place, support: first + 4 * place + 3)
            layout.hasInterval = classes <= FScores.maxClassesWithIntervals
            layouts.append(layout)
        }
        let scorer = ClassScores(classes: classes, offset: 0, zeroDivision: zeroDivision, definesF1ByCounts: true)
        return Measurement(
            scores: layouts, valueCount: first + 4 * classes, tables: pairs.tables(),
            scoring: { sums, values in scorer.score(sums, into: &values) },
            exampleScores: .init(names: ["correct"], values: [pairs.correct()]),
            signature: "classes:\(classes)|zero_division:\(zeroDivision.rawValue)", confusion: pairs.confusion())
    }
}
