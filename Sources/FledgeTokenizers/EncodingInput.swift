/// A text to encode: as it stands, or already cut into words, as in data for tagging.
public enum EncodingInput: Sendable, Equatable {
    /// A text.
    case text(String)
    /// Words, each of which is encoded by itself.
    case words([String])
}

extension Tokenizer {
    /// The encoding of a text, or of two, cut to a length.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - pair: a second text for the same sequence.
    ///   - addSpecialTokens: whether to add what the model expects around texts.
    ///   - truncation: how to cut.
    /// - Returns: the encoding; what was cut off is lost.
    /// - Throws: ``TokenizerError/cannotTruncate(reason:)`` if the options leave no room.
    public func encoding(
        of text: String, pair: String? = nil, addSpecialTokens: Bool = true, truncation: TruncationOptions
    ) throws(TokenizerError) -> Encoding {
        try parts(
            of: .text(text), pair: pair.map { .text($0) }, addSpecialTokens: addSpecialTokens,
            truncation: truncation, keepsOverflow: false)[0]
    }

    /// The encoding of a text, or of two, that come as words; ``Encoding/wordIDs`` are the words' numbers.
    ///
    /// - Parameters:
    ///   - words: the words of the text.
    ///   - pair: the words of a second text for the same sequence.
    ///   - addSpecialTokens: whether to add what the model expects around texts.
    ///   - truncation: how to cut, or nil to leave the length as it is.
    /// - Returns: the encoding.
    /// - Throws: ``TokenizerError/cannotTruncate(reason:)`` if the options leave no room.
    public func encoding(
        ofWords words: [String], pair: [String]? = nil, addSpecialTokens: Bool = true,
        truncation: TruncationOptions? = nil
    ) throws(TokenizerError) -> Encoding {
        try parts(
            of: .words(words), pair: pair.map { .words($0) }, addSpecialTokens: addSpecialTokens,
            truncation: truncation, keepsOverflow: false)[0]
    }

    /// A question with every window of a long text, for extractive question answering: each window is a sequence of
    /// its own, with the whole question and all special tokens.
    ///
    /// ```swift
    /// for window in try tokenizer.windows(of: question, context: article, maxLength: 384, stride: 128) {
    ///     let isContext = window.sequenceIDs.map { $0 == 1 }
    ///     // window.byteOffsets of such tokens are places in `article`
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - question: the first text, which is kept whole.
    ///   - context: the second text, which is cut.
    ///   - maxLength: the largest number of tokens of a window, added ones included.
    ///   - stride: how many tokens of the context a window repeats from the one before it.
    /// - Returns: the windows from left to right, at least one.
    /// - Throws: ``TokenizerError/cannotTruncate(reason:)`` if the question leaves no room for more than the stride.
    public func windows(
        of question: String, context: String, maxLength: Int, stride: Int
    ) throws(TokenizerError) -> [Encoding] {
        try parts(
            of: .text(question), pair: .text(context), addSpecialTokens: true,
            truncation: TruncationOptions(maxLength: maxLength, stride: stride, strategy: .onlySecond),
            keepsOverflow: true)
    }
}
