import FledgeTokenizers

/// The spans of one window of a context that could be an answer, as transformers' question answering pipeline (of
/// version 4) finds them.
struct AnswerSpans {
    /// The product of the probabilities that the answer begins and ends at the first token: “no answer”.
    let impossibility: Float
    /// The best spans, widened to whole words.
    let spans: [(score: Float, bytes: Range<Int>)]

    /// - Parameters:
    ///   - window: a question and a part of its context.
    ///   - logits: `[tokens, 2]`: how well an answer would begin and end there.
    ///   - visibleID: the id of the token that stands for “no answer” and takes part in the softmax.
    ///   - maxTokens: the longest answer, in tokens.
    ///   - count: how many spans to find.
    init(_ window: Encoding, logits: [Float], visibleID: Int?, maxTokens: Int, count: Int) {
        let isContext = window.sequenceIDs.map { $0 == 1 }
        let isVisible = window.ids.indices.map { isContext[$0] || window.ids[$0] == visibleID }
        var (starts, ends) = (
            AnswerSpans.probabilities(logits, 0, isVisible), AnswerSpans.probabilities(logits, 1, isVisible)
        )
        impossibility = (starts.first ?? 0) * (ends.first ?? 0)
        for index in isContext.indices where !isContext[index] { (starts[index], ends[index]) = (0, 0) }
        spans = AnswerSpans.best(count, starts: starts, ends: ends, maxTokens: maxTokens).map { span in
            (span.score, AnswerSpans.wholeWords(span.first...span.last, of: window))
        }
    }

    /// A softmax over the tokens that are visible; the others have next to nothing.
    private static func probabilities(_ logits: [Float], _ side: Int, _ isVisible: [Bool]) -> [Float] {
        Probabilities.softmax(isVisible.indices.map { isVisible[$0] ? logits[2 * $0 + side] : -10000 })
    }

    /// The spans of at most so many tokens with the largest products, of equal ones the first.
    private static func best(
        _ count: Int, starts: [Float], ends: [Float], maxTokens: Int
    ) -> [(score: Float, first: Int, last: Int)] {
        var products: [Float] = []
        var places: [(first: Int, last: Int)] = []
        for first in starts.indices where starts[first] > 0 {
            for last in first..<min(starts.count, first + min(maxTokens, starts.count)) {
                let product = starts[first] * ends[last]
                guard product > 0 else { continue }
                products.append(product)
                places.append((first, last))
            }
        }
        return Probabilities.largest(count, of: products).map { (products[$0], places[$0].first, places[$0].last) }
    }

    /// From the beginning of the first token's word to the end of the last one's, as far as the window has them.
    private static func wholeWords(_ tokens: ClosedRange<Int>, of window: Encoding) -> Range<Int> {
        let isOfWord = { (index: Int, other: Int) in
            window.sequenceIDs[index] == 1 && window.wordIDs[index] == window.wordIDs[other]
        }
        var (first, last) = (tokens.lowerBound, tokens.upperBound)
        while first > 0, isOfWord(first - 1, tokens.lowerBound) { first -= 1 }
        while last + 1 < window.count, isOfWord(last + 1, tokens.upperBound) { last += 1 }
        let start = window.byteOffsets[first].lowerBound
        return start..<max(start, window.byteOffsets[last].upperBound)
    }
}
