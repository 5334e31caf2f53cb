/// Makes precision, recall and F1 of counts of classes or of types of entities.
struct ClassScores {
    /// The averages, in the order of their values.
    static let averages = ["micro", "macro", "weighted"]

    /// How many classes there are.
    let classes: Int
    /// The first column: for each class right and predicted, predicted, right.
    let offset: Int
    let zeroDivision: ZeroDivision
    /// Whether F1 is 2·tp / (predicted + right), as scikit-learn has it, or made of precision and recall, as seqeval does.
    /// They differ where a division by zero counts as 1.
    let definesF1ByCounts: Bool

    /// Writes three values for each average, then four for each class: precision, recall, F1, and how often it is right.
    /// Classes that do not occur do not count.
    func score(_ sums: [Double], into values: inout [Double]) {
        let first = 3 * ClassScores.averages.count
        for index in 0..<first { values[index] = 0 }
        var (matches, predicted, right, present) = (0.0, 0.0, 0.0, 0.0)
        for label in 0..<classes {
            let column = offset + 3 * label
            let place = first + 4 * label
            let score = precisionRecallF1(sums[column], sums[column + 1], sums[column + 2])
            (values[place], values[place + 1], values[place + 2]) = score
            values[place + 3] = sums[column + 2]
            guard sums[column + 1] > 0 || sums[column + 2] > 0 else { continue }
            present += 1
            matches += sums[column]
            predicted += sums[column + 1]
            right += sums[column + 2]
            for part in 0..<3 {
                values[3 + part] += values[place + part]
                values[6 + part] += values[place + part] * sums[column + 2]
            }
        }
        (values[0], values[1], values[2]) = precisionRecallF1(matches, predicted, right)
        for part in 0..<3 where present > 0 { values[3 + part] /= present }
        if right > 0 {
            for part in 6..<9 { values[part] /= right }
        } else {
            let nothing = Double(zeroDivision.rawValue)
            values[6] = predicted == 0 ? nothing : 0
            values[7] = nothing
            values[8] = predicted == 0 ? nothing : 0
        }
    }

    /// Precision, recall and F1 of three counts.
    func precisionRecallF1(_ matches: Double, _ predicted: Double, _ right: Double) -> (Double, Double, Double) {
        let precision = zeroDivision.quotient(matches, predicted)
        let recall = zeroDivision.quotient(matches, right)
        let f1 =
            definesF1ByCounts
            ? zeroDivision.quotient(2 * matches, predicted + right)
            : precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        return (precision, recall, f1)
    }
}
