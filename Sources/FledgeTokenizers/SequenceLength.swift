/// How a tokenizer's file wants long texts to be cut.
public struct TruncationOptions: Sendable, Equatable {
    /// The largest number of tokens, added ones included.
    public var maxLength: Int
    /// Whether the beginning is cut off rather than the end.
    public var cutsLeft: Bool

    /// Creates options.
    public init(maxLength: Int, cutsLeft: Bool = false) {
        self.maxLength = maxLength
        self.cutsLeft = cutsLeft
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> TruncationOptions? {
        guard !value.isNullOrMissing else { return nil }
        let direction = value["direction"].isNullOrMissing ? "Right" : try value["direction"].string()
        return TruncationOptions(maxLength: try value["max_length"].index(), cutsLeft: direction == "Left")
    }
}

/// How a tokenizer's file wants short texts to be filled up.
public struct PaddingOptions: Sendable, Equatable {
    /// The number of tokens to fill up to, or nil for that of the longest text.
    public var length: Int?
    /// A number that the length is rounded up to a multiple of.
    public var multiple: Int?
    /// Whether the padding comes first.
    public var padsLeft: Bool
    /// The id of the padding.
    public var padId: Int
    /// The segment of the padding.
    public var padTypeId: Int
    /// The text of the padding.
    public var padToken: String

    /// Creates options.
    public init(
        length: Int?, multiple: Int? = nil, padsLeft: Bool = false, padId: Int, padTypeId: Int = 0, padToken: String
    ) {
        self.length = length
        self.multiple = multiple
        self.padsLeft = padsLeft
        self.padId = padId
        self.padTypeId = padTypeId
        self.padToken = padToken
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> PaddingOptions? {
        guard !value.isNullOrMissing else { return nil }
        let direction = value["direction"].isNullOrMissing ? "Right" : try value["direction"].string()
        let fixed = value["strategy"]["Fixed"]
        if !fixed.isNullOrMissing, try fixed.index() > 1 << 24 { throw fixed.damaged("it is longer than any text") }
        let multiple = value["pad_to_multiple_of"]
        return PaddingOptions(
            length: fixed.isNullOrMissing ? nil : try fixed.index(),
            multiple: multiple.isNullOrMissing ? nil : try multiple.index(), padsLeft: direction == "Left",
            padId: try value["pad_id"].index(), padTypeId: try value["pad_type_id"].index(),
            padToken: try value["pad_token"].string())
    }
}

extension Encoding {
    /// The encoding with tokens cut off so that at most `maxLength` are left; those added around the text stay.
    public func truncated(to options: TruncationOptions) -> Encoding {
        let excess = count - options.maxLength
        guard excess > 0 else { return self }
        let own = specialTokensMask.indices.filter { specialTokensMask[$0] == 0 }
        let cut = Set(options.cutsLeft ? own.prefix(excess) : own.suffix(excess))
        var result = Encoding()
        for index in ids.indices where !cut.contains(index) { result.append(self, index) }
        return result
    }

    /// The encoding filled up to `options.length` tokens, or to the multiple of `options.multiple`.
    public func padded(with options: PaddingOptions) -> Encoding {
        var length = max(count, options.length ?? count)
        if let multiple = options.multiple, multiple > 0, length % multiple > 0 {
            length += multiple - length % multiple
        }
        var result = Encoding()
        func pad() {
            for _ in count..<length {
                result.append(
                    id: options.padId, token: options.padToken, byteOffsets: 0..<0, typeID: options.padTypeId,
                    isSpecial: true, isPadding: true)
            }
        }
        if options.padsLeft { pad() }
        for index in ids.indices { result.append(self, index) }
        if !options.padsLeft { pad() }
        return result
    }

    private mutating func append(_ other: Encoding, _ index: Int) {
        append(
            id: other.ids[index], token: other.tokens[index], byteOffsets: other.byteOffsets[index],
            typeID: other.typeIDs[index], isSpecial: other.specialTokensMask[index] == 1,
            isPadding: other.attentionMask[index] == 0)
    }
}
