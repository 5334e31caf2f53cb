/// How long texts are: the mean and the median of words (what white space separates), the mean of characters (Unicode
/// scalars), and, where there are references, words for each word of the first reference.
public struct Lengths: Metric {
    public let name = "length"

    /// Creates the metric.
    public init() {}

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        func wordCount(_ text: String) -> Int { PythonText.split(Array(text.unicodeScalars)).count }
        let counts = systems.map { $0.map { wordCount($0.prediction) } }
        // A column for each length that occurs: the median of a resample is found there.
        let lengths = Set(counts.joined()).sorted()
        let places = Dictionary(uniqueKeysWithValues: lengths.enumerated().map { ($1, $0) })
        let hasReferences = systems.joined().contains { !$0.references.isEmpty }
        let tables = zip(systems, counts).map { examples, counts in
            var table = StatisticTable()
            table.widen(to: 4 + lengths.count)
            for (example, count) in zip(examples, counts) {
                table.append([
                    (column: 0, value: 1.0), (1, Double(count)), (2, Double(example.prediction.unicodeScalars.count)),
                    (3, Double(example.references.first.map(wordCount) ?? 0)), (4 + (places[count] ?? 0), 1.0),
                ])
            }
            return table
        }
        var names = ["words_mean", "words_median", "characters_mean"]
        if hasReferences { names.append("length_ratio") }
        return Measurement(
            scores: names.enumerated().map { ScoreLayout($1, at: $0, direction: .neither) }, valueCount: 4,
            tables: tables,
            scoring: { sums, values in
                let count = max(sums[0], 1)
                values[0] = sums[1] / count
                values[1] = Lengths.median(of: lengths, counts: sums.dropFirst(4), total: count)
                values[2] = sums[2] / count
                values[3] = sums[3] > 0 ? sums[1] / sums[3] : 0
            },
            exampleScores: .init(
                names: ["words", "characters"],
                values: [
                    counts[0].map(Double.init), systems[0].map { Double($0.prediction.unicodeScalars.count) },
                ]),
            signature: "words:whitespace")
    }

    /// The middle length, or the mean of the two middle ones.
    private static func median(of lengths: [Int], counts: ArraySlice<Double>, total: Double) -> Double {
        var seen = 0.0
        var lower: Double?
        for (length, count) in zip(lengths, counts) where count > 0 {
            seen += count
            if lower == nil, seen >= total / 2 { lower = Double(length) }
            if let lower, seen >= (total / 2).rounded(.down) + 1 { return (lower + Double(length)) / 2 }
        }
        return lower ?? 0
    }
}
