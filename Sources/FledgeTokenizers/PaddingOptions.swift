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
                    special: options.padId, token: options.padToken, typeID: options.padTypeId, isPadding: true)
            }
        }
        if options.padsLeft { pad() }
        result.append(self, 0..<count)
        if !options.padsLeft { pad() }
        return result
    }
}

extension Array where Element == Encoding {
    /// Encodings filled up to one length: `options.length`, or that of the longest one, rounded up to the multiple of
    /// `options.multiple`.
    public func padded(with options: PaddingOptions) -> [Encoding] {
        var options = options
        options.length = options.length ?? reduce(0) { Swift.max($0, $1.count) }
        return map { $0.padded(with: options) }
    }
}
