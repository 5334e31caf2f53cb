/// The windows in which a model that sees a limited number of tokens reads a longer text.
///
/// Windows overlap so that every token is predicted from at least `length − stride` tokens before it, or from all of
/// them; each token but the text's first is scored once.
///
/// ```
/// length 5, stride 2   tokens  0 1 2 3 4 5 6 7 8
/// first window                 [ s s s s]
/// second                           [ . . s s]        s is scored
/// third                                [ . . s s]
/// ```
public struct PerplexityWindows: Sendable, Sequence {
    /// A part of a text.
    public struct Window: Sendable, Equatable {
        /// The tokens that the model reads.
        public let tokens: Range<Int>
        /// Those of them whose probabilities count.
        public let scored: Range<Int>
    }

    /// How many tokens the text has.
    public let tokenCount: Int
    /// How many tokens a window has at most.
    public let length: Int
    /// How many tokens each window after the first scores at most.
    public let stride: Int

    /// - Parameters:
    ///   - tokenCount: how many tokens the text has.
    ///   - length: how many tokens a window has at most, 2 or more.
    ///   - stride: how many tokens each window after the first scores, 1 to `length − 1`; nil for half a window.
    /// - Throws: an ``EvaluationError`` for numbers that make no sense.
    public init(tokenCount: Int, length: Int, stride: Int? = nil) throws(EvaluationError) {
        guard length >= 2 else {
            throw .badOption(
                name: "window", problem: "a window of \(length) tokens predicts nothing", remedy: "Use 2 or more.")
        }
        let stride = stride ?? Swift.max(1, length / 2)
        guard 1..<length ~= stride else {
            throw .badOption(
                name: "stride", problem: "\(stride) is not in 1…\(length - 1), below the window's length",
                remedy: "Half the window is usual.")
        }
        self.tokenCount = Swift.max(0, tokenCount)
        self.length = length
        self.stride = stride
    }

    public func makeIterator() -> Iterator { Iterator(plan: self) }

    /// Goes through the windows in order.
    public struct Iterator: IteratorProtocol {
        fileprivate let plan: PerplexityWindows
        private var scoredUpTo = 1

        fileprivate init(plan: PerplexityWindows) {
            self.plan = plan
        }

        public mutating func next() -> Window? {
            guard scoredUpTo < plan.tokenCount else { return nil }
            let isFirst = scoredUpTo == 1
            let remaining = plan.tokenCount - scoredUpTo
            let end = scoredUpTo + Swift.min(isFirst ? plan.length - 1 : plan.stride, remaining)
            let window = Window(tokens: Swift.max(0, end - plan.length)..<end, scored: scoredUpTo..<end)
            scoredUpTo = end
            return window
        }
    }
}
