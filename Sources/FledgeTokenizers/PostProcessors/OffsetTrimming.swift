/// Takes the white space of byte-level tokens out of their places.
struct OffsetTrimming: Sendable, Equatable {
    /// Whether the pre-tokenizer put a space before the text, which then has no place to take it from.
    let addsPrefixSpace: Bool

    /// The place of a token without the white space that the token begins and ends with.
    ///
    /// `tokenizers` counts characters of the token and moves the ends by as many characters of the text, whatever
    /// they are.
    ///
    /// - Parameters:
    ///   - range: bytes of the text.
    ///   - token: the token's text.
    ///   - isFirst: whether it is the first of the text.
    ///   - text: the whole text.
    /// - Returns: the place.
    func trimmed(
        _ range: Range<Int>, of token: String, isFirst: Bool, in text: UnsafeBufferPointer<UInt8>
    ) -> Range<Int> {
        let scalars = token.unicodeScalars
        var leading = scalars.prefix(while: OffsetTrimming.isSpace).count
        let trailing = scalars.reversed().prefix(while: OffsetTrimming.isSpace).count
        guard leading > 0 || trailing > 0 else { return range }
        if isFirst || range.lowerBound == 0, addsPrefixSpace, leading == 1 { leading = 0 }
        var start = range.lowerBound
        var end = range.upperBound
        for _ in 0..<leading where start < end { start += UTF8Scan.length(text[start]) }
        var trimmed = end
        var count = 0
        while count < trailing, trimmed > 0 {
            trimmed -= 1
            while trimmed > 0, text[trimmed] & 0xC0 == 0x80 { trimmed -= 1 }
            count += 1
        }
        // A text that has fewer characters before the end than are to go is left alone.
        if count == trailing { end = max(trimmed, start) }
        return min(start, end)..<end
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        // U+0120 stands for a space in byte-level vocabularies.
        scalar.value == 0x120 || Whitespace.contains(scalar.value)
    }
}

/// Adds nothing, and trims the tokens' places if asked to.
struct ByteLevelProcessing: PostProcessor {
    let offsetTrimming: OffsetTrimming?

    static func read(_ value: JSONField) throws(TokenizerError) -> ByteLevelProcessing {
        ByteLevelProcessing(offsetTrimming: try OffsetTrimming.read(value))
    }

    func process(_ parts: [[TemplatePiece]], addSpecialTokens: Bool) -> [[TemplatePiece]]? { parts }
}

/// What RoBERTa expects: `<s> A </s>`, and `<s> A </s></s> B </s>` for two texts, all of one segment.
struct RobertaProcessing: PostProcessor {
    let offsetTrimming: OffsetTrimming?
    private let start: TemplatePiece
    private let end: TemplatePiece

    init(start: (token: String, id: Int), end: (token: String, id: Int), offsetTrimming: OffsetTrimming?) {
        self.start = .special(ids: [start.id], tokens: [start.token], typeID: 0)
        self.end = .special(ids: [end.id], tokens: [end.token], typeID: 0)
        self.offsetTrimming = offsetTrimming
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> RobertaProcessing {
        RobertaProcessing(
            start: try TemplatePiece.token(value["cls"]), end: try TemplatePiece.token(value["sep"]),
            offsetTrimming: try OffsetTrimming.read(value))
    }

    func process(_ parts: [[TemplatePiece]], addSpecialTokens: Bool) -> [[TemplatePiece]]? {
        parts.enumerated().map { index, part in
            let inner = part.map { $0.with(typeID: 0) }
            guard addSpecialTokens else { return inner }
            return [index == 0 ? start : end] + inner.map(\.asText) + [end]
        }
    }
}

extension OffsetTrimming {
    /// Reads `trim_offsets` and `add_prefix_space`, which are on where they are not named.
    static func read(_ value: JSONField) throws(TokenizerError) -> OffsetTrimming? {
        let addsPrefixSpace = try value["add_prefix_space"].bool(default: true)
        return try value["trim_offsets"].bool(default: true) ? OffsetTrimming(addsPrefixSpace: addsPrefixSpace) : nil
    }
}
