/// Counts the n-grams of words that texts share, for BLEU.
struct WordGramCounter {
    let tokenizer: BLEUTokenizer
    let lowercases: Bool
    let orders: Int
    private var words = WordTable()
    private var grams = NGramTable()
    private var counts = GramCounts()

    init(tokenizer: BLEUTokenizer, lowercases: Bool, orders: Int) {
        self.tokenizer = tokenizer
        self.lowercases = lowercases
        self.orders = orders
    }

    /// The length, the closest reference's length, and for each n how many n-grams match and how many there are.
    mutating func statistics(of example: EvaluationExample) -> [Double] {
        grams.reset()
        let text = tokens(of: example.prediction)
        let references = example.references.map { tokens(of: $0) }
        let textGrams = grams.grams(of: text, orders: orders)
        let referenceGrams = references.map { grams.grams(of: $0, orders: orders) }
        let closest = references.map(\.count).min { left, right in
            (abs(left - text.count), left) < (abs(right - text.count), right)
        }
        var row = [Double(text.count), Double(closest ?? 0)]
        for order in 0..<orders {
            row.append(
                Double(
                    counts.matches(textGrams[order], anyOf: referenceGrams.map { $0[order] }, numbers: grams.count)))
        }
        for order in 0..<orders { row.append(Double(textGrams[order].count)) }
        return row
    }

    private mutating func tokens(of text: String) -> [Int32] {
        var scalars = Array(text.unicodeScalars)
        if lowercases { scalars = PythonText.lowercased(scalars) }
        while let last = scalars.last, PythonText.isSpace(last) { scalars.removeLast() }
        return tokenizer.words(scalars).map { words.number(of: $0) }
    }
}
