/// ROUGE of pairs of texts, with the tables that pairs share.
struct RougeScorer {
    private let variants: [Rouge.Variant]
    private let orders: Int
    private var tokenizer: RougeTokenizer
    private var subsequence = CommonSubsequence()
    private var grams = NGramTable()
    private var counts = GramCounts()
    /// How often a token is still to be had in the target and in the prediction.
    private var targetCounts: [Int32] = []
    private var predictionCounts: [Int32] = []
    private var marks: [Bool] = []

    init(variants: [Rouge.Variant], stems: Bool) {
        self.variants = variants
        tokenizer = RougeTokenizer(stems: stems)
        var orders = 0
        for case .n(let order) in variants { orders = max(orders, order) }
        self.orders = orders
    }

    mutating func tokenize(_ text: String) -> RougeText { tokenizer.tokenize(text) }

    /// Precision, recall and F-measure of each score; nil if the texts are too long.
    mutating func scores(target: RougeText, prediction: RougeText) -> [Double]? {
        var row: [Double] = []
        row.reserveCapacity(3 * variants.count + 1)
        grams.reset()
        let targetGrams = orders > 0 ? grams.grams(of: target.tokens, orders: orders) : []
        let predictionGrams = orders > 0 ? grams.grams(of: prediction.tokens, orders: orders) : []
        for variant in variants {
            let hits: Int?
            var (targetTotal, predictionTotal) = (target.tokens.count, prediction.tokens.count)
            switch variant {
            case .n(let order):
                let (left, right) = (targetGrams[order - 1], predictionGrams[order - 1])
                hits = counts.matches(left, right, numbers: grams.count)
                (targetTotal, predictionTotal) = (left.count, right.count)
            case .l:
                hits = subsequence.length(
                    target.tokens, prediction.tokens, vocabularyCount: tokenizer.vocabularyCount)
            case .lsum: hits = unionHits(target, prediction)
            }
            guard let hits else { return nil }
            let precision = Double(hits) / Double(max(predictionTotal, 1))
            let recall = Double(hits) / Double(max(targetTotal, 1))
            row.append(precision)
            row.append(recall)
            row.append(precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0)
        }
        return row
    }

    /// The tokens of the target's sentences that are in their common subsequence with any sentence of the prediction, each
    /// as often as both texts have it.
    private mutating func unionHits(_ target: RougeText, _ prediction: RougeText) -> Int? {
        guard !target.tokens.isEmpty, !prediction.tokens.isEmpty else { return 0 }
        marks.removeAll(keepingCapacity: true)
        marks.append(contentsOf: repeatElement(false, count: target.tokens.count))
        let vocabularyCount = tokenizer.vocabularyCount
        for sentence in prediction.sentences {
            guard
                subsequence.mark(
                    sentences: target.sentences, of: target.tokens, commonWith: prediction.tokens[sentence],
                    vocabularyCount: vocabularyCount, in: &marks)
            else { return nil }
        }
        if targetCounts.count < vocabularyCount {
            targetCounts = Array(repeating: 0, count: vocabularyCount * 3 / 2)
            predictionCounts = targetCounts
        }
        for token in target.tokens { targetCounts[Int(token)] += 1 }
        for token in prediction.tokens { predictionCounts[Int(token)] += 1 }
        var hits = 0
        for (index, token) in target.tokens.enumerated() where marks[index] {
            guard targetCounts[Int(token)] > 0, predictionCounts[Int(token)] > 0 else { continue }
            targetCounts[Int(token)] -= 1
            predictionCounts[Int(token)] -= 1
            hits += 1
        }
        for token in target.tokens { targetCounts[Int(token)] = 0 }
        for token in prediction.tokens { predictionCounts[Int(token)] = 0 }
        return hits
    }
}
