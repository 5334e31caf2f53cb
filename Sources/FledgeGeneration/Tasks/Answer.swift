/// A span of a context that answers a question.
public struct Answer: Sendable, Equatable, Encodable {
    /// How probable it is that the answer begins and ends there; the sum for answers of the same text.
    public let score: Double
    /// Where it begins in the context, counted in Unicode scalars as transformers does.
    public let start: Int
    /// Where it ends in the context, counted in Unicode scalars.
    public let end: Int
    /// The span's text; empty for “no answer”.
    public let answer: String
    /// Where it is in the context, counted in bytes of UTF-8.
    public let byteRange: Range<Int>

    /// Where it is in the context, which must be the one that it was found in.
    public func range(in context: String) -> Range<String.Index> { context.range(ofBytes: byteRange) }

    private enum CodingKeys: String, CodingKey {
        case score, start, end, answer
    }
}
