/// A token, or neighbouring tokens, that a token classifier gave a label.
public struct Entity: Sendable, Equatable {
    /// The label: of a token as the model names it (`B-PER`), of a group without its prefix (`PER`).
    public let label: String
    /// The label's probability, of a group the mean of its parts'.
    public let score: Float
    /// The token's place in the sequence, special tokens counted; nil for a group.
    public let index: Int?
    /// The token as the vocabulary spells it, or the text of the group's tokens.
    public let word: String
    /// Where it begins in the text, counted in Unicode scalars as transformers does.
    public let start: Int
    /// Where it ends in the text, counted in Unicode scalars.
    public let end: Int
    /// Where it is in the text, counted in bytes of UTF-8.
    public let byteRange: Range<Int>

    /// Where it is in the text, which must be the one that it was found in.
    public func range(in text: String) -> Range<String.Index> { text.range(ofBytes: byteRange) }
}

extension Entity: Encodable {
    // Transformers' names: a token has an “entity”, a group an “entity_group”.
    private enum CodingKeys: String, CodingKey {
        case entity, entityGroup, score, index, word, start, end
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(label, forKey: index == nil ? .entityGroup : .entity)
        try container.encode(score, forKey: .score)
        try container.encodeIfPresent(index, forKey: .index)
        try container.encode(word, forKey: .word)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
    }
}

extension String {
    /// The place of some bytes of the text's UTF-8; what lies behind the end is left out.
    func range(ofBytes bytes: Range<Int>) -> Range<String.Index> {
        let start = utf8.index(utf8.startIndex, offsetBy: bytes.lowerBound, limitedBy: utf8.endIndex)
        let end = utf8.index(utf8.startIndex, offsetBy: bytes.upperBound, limitedBy: utf8.endIndex)
        return (start ?? utf8.endIndex)..<(end ?? utf8.endIndex)
    }
}
