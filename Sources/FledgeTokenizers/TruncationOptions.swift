/// How long texts are cut, as in Hugging Face `tokenizers`.
public struct TruncationOptions: Sendable, Equatable {
    /// Which of two texts is cut.
    public enum Strategy: String, Sendable {
        /// The longer one, until both are equally long; then both.
        case longestFirst = "LongestFirst"
        /// The first one.
        case onlyFirst = "OnlyFirst"
        /// The second one.
        case onlySecond = "OnlySecond"
    }

    /// The largest number of tokens, added ones included.
    public var maxLength: Int
    /// How many tokens of a text a part repeats from the part before it.
    public var stride: Int
    /// Which of two texts is cut.
    public var strategy: Strategy
    /// Whether the beginning is cut off rather than the end.
    public var cutsLeft: Bool

    /// Creates options.
    public init(maxLength: Int, stride: Int = 0, strategy: Strategy = .longestFirst, cutsLeft: Bool = false) {
        self.maxLength = maxLength
        self.stride = stride
        self.strategy = strategy
        self.cutsLeft = cutsLeft
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> TruncationOptions? {
        guard !value.isNullOrMissing else { return nil }
        let direction = value["direction"].isNullOrMissing ? "Right" : try value["direction"].string()
        var options = TruncationOptions(maxLength: try value["max_length"].index(), cutsLeft: direction == "Left")
        if !value["stride"].isNullOrMissing { options.stride = try value["stride"].index() }
        if !value["strategy"].isNullOrMissing {
            let name = try value["strategy"].string()
            guard let strategy = Strategy(rawValue: name) else { throw value.unsupported("truncation strategy", name) }
            options.strategy = strategy
        }
        return options
    }
}

extension Encoding {
    /// The encoding with tokens cut off so that at most `maxLength` are left; those added around the text stay.
    ///
    /// The tokens of both texts are cut as if they were one; ``Tokenizer/encoding(of:pair:addSpecialTokens:truncation:)``
    /// cuts them by a strategy.
    public func truncated(to options: TruncationOptions) -> Encoding {
        let excess = count - options.maxLength
        guard excess > 0 else { return self }
        let own = specialTokensMask.indices.filter { specialTokensMask[$0] == 0 }
        let cut = Set(options.cutsLeft ? own.prefix(excess) : own.suffix(excess))
        var result = Encoding()
        for index in ids.indices where !cut.contains(index) { result.append(self, index..<(index + 1)) }
        return result
    }
}
