/// The correlation of right and predicted classes (Matthews 1975; for more than two classes Gorodkin 2004), in −1…1; 0
/// where all are of one class, as scikit-learn has it.
public struct Matthews: Metric {
    public let name = "matthews"

    /// Creates the metric.
    public init() {}

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        let pairs = try LabelPairs(systems, metric: name)
        let classes = pairs.labels.count
        return Measurement(
            scores: [ScoreLayout("matthews_correlation", at: 0)], valueCount: 1, tables: pairs.tables(),
            scoring: { sums, values in values[0] = Matthews.correlation(sums, classes: classes) },
            exampleScores: .init(names: ["correct"], values: [pairs.correct()]),
            signature: "classes:\(classes)", confusion: pairs.confusion())
    }

    /// The correlation of three columns for each class: right and predicted, predicted, right.
    private static func correlation(_ sums: [Double], classes: Int) -> Double {
        var (correct, count, product, predictedSquares, rightSquares) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for label in 0..<classes {
            let (predicted, right) = (sums[3 * label + 1], sums[3 * label + 2])
            correct += sums[3 * label]
            count += right
            product += predicted * right
            predictedSquares += predicted * predicted
            rightSquares += right * right
        }
        let variances = (count * count - predictedSquares) * (count * count - rightSquares)
        return variances > 0 ? (correct * count - product) / variances.squareRoot() : 0
    }
}
