/// Counts the n-grams of characters and words that texts share, for chrF.
struct CharacterGramCounter {
    private let metric: ChrF
    private var words = WordTable()
    private var grams = NGramTable()
    private var counts = GramCounts()

    init(metric: ChrF) {
        self.metric = metric
    }

    /// For each order how many n-grams the text has, the reference has, and both have; of several references those of the
    /// one with the best score.
    mutating func statistics(of example: EvaluationExample) -> [Double] {
        grams.reset()
        let text = allGrams(of: example.prediction)
        var best: [Double] = []
        var bestScore = -1.0
        for reference in example.references {
            var row: [Double] = []
            for (left, right) in zip(text, allGrams(of: reference)) {
                row.append(right.isEmpty ? 0 : Double(left.count))
                row.append(Double(right.count))
                row.append(Double(counts.matches(right, left, numbers: grams.count)))
            }
            let score = metric.fScore(row)
            if score > bestScore {
                best = row
                bestScore = score
            }
        }
        return best
    }

    /// The n-grams of characters of each order, then those of words.
    private mutating func allGrams(of text: String) -> [[Int32]] {
        var scalars = Array(text.unicodeScalars)
        if metric.lowercases { scalars = PythonText.lowercased(scalars) }
        var characters: [Int32] = []
        characters.reserveCapacity(scalars.count)
        for scalar in scalars where metric.keepsWhitespace || !PythonText.isSpace(scalar) {
            characters.append(Int32(scalar.value))
        }
        let characterGrams = grams.grams(of: characters, orders: metric.charOrder)
        guard metric.wordOrder > 0 else { return characterGrams }
        var tokens: [Int32] = []
        for word in PythonText.split(scalars) { append(word, to: &tokens) }
        return characterGrams + grams.grams(of: tokens, orders: metric.wordOrder)
    }

    /// Adds a word; punctuation at its end, else at its beginning, is a word of its own.
    private mutating func append(_ word: ArraySlice<Unicode.Scalar>, to tokens: inout [Int32]) {
        guard word.count > 1, let first = word.first, let last = word.last else {
            return tokens.append(number(of: word))
        }
        if CharacterGramCounter.isPunctuation(last) {
            tokens.append(number(of: word.dropLast()))
            tokens.append(number(of: word.suffix(1)))
        } else if CharacterGramCounter.isPunctuation(first) {
            tokens.append(number(of: word.prefix(1)))
            tokens.append(number(of: word.dropFirst()))
        } else {
            tokens.append(number(of: word))
        }
    }

    /// Numbers of words lie above those of all characters, because both are in one table of n-grams.
    private mutating func number(of word: ArraySlice<Unicode.Scalar>) -> Int32 {
        0x11_0000 + words.number(of: word)
    }

    /// The punctuation and symbols of ASCII.
    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
        default: false
        }
    }
}
