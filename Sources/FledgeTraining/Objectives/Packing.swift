/// How documents are put together into blocks of equal length.
public struct Packing: Sendable, Equatable {
    /// What a model sees of the other documents in a block.
    public enum Attention: String, Sendable, Equatable {
        /// Nothing: the documents of a block are sequences of their own. A document that goes on in the next block
        /// begins anew there.
        case withinDocuments
        /// All that comes before, as if the block were one text.
        case wholeBlock
    }

    /// How many tokens a block has.
    public var length: Int
    /// What a model sees of the other documents in a block.
    public var attention: Attention
    /// The id that is put behind each document, or nil.
    public var separator: Int?
    /// Whether the tokens at the end of the data that do not fill a block make a shorter one.
    public var keepsRemainder: Bool

    /// Creates a packing; a length below 1 counts as 1.
    public init(
        length: Int, attention: Attention = .withinDocuments, separator: Int? = nil, keepsRemainder: Bool = false
    ) {
        self.length = max(length, 1)
        self.attention = attention
        self.separator = separator
        self.keepsRemainder = keepsRemainder
    }
}
