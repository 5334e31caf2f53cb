import FledgeData
import FledgeTokenizers

/// What objectives ask of a tokenizer.
struct ObjectiveTokenizer: Sendable {
    let tokenizer: any Tokenizer
    /// The ids of tokens that are no text, the one for what is unknown among them.
    let specialIDs: Set<Int>

    init(_ tokenizer: any Tokenizer) {
        self.tokenizer = tokenizer
        specialIDs = Set(tokenizer.addedTokens.filter(\.isSpecial).map(\.id))
    }

    /// The ids of a text with what the model expects around it, cut to a length.
    func ids(of text: String, maxLength: Int?, for record: Record) throws(DataError) -> [Int] {
        let ids = tokenizer.encode(text: text, addSpecialTokens: true)
        guard let maxLength, ids.count > maxLength else { return ids }
        return try encoding(of: .text(text), maxLength: maxLength, for: record).ids
    }

    /// The encoding of a text, or of two, cut to a length.
    func encoding(
        of text: EncodingInput, pair: EncodingInput? = nil, maxLength: Int?, for record: Record
    ) throws(DataError) -> Encoding {
        try parts(
            of: text, pair: pair, truncation: maxLength.map { TruncationOptions(maxLength: $0) }, for: record)[0]
    }

    /// The encodings of the parts that a text, or two, are cut into.
    func parts(
        of text: EncodingInput, pair: EncodingInput?, truncation: TruncationOptions?, keepsOverflow: Bool = false,
        for record: Record
    ) throws(DataError) -> [Encoding] {
        do throws(TokenizerError) {
            return try tokenizer.parts(
                of: text, pair: pair, addSpecialTokens: true, truncation: truncation, keepsOverflow: keepsOverflow)
        } catch {
            throw record.error("\(error)".trimmingFullStop, remedy: DataError.correctLine)
        }
    }

    /// The id of the mask token; where no configuration names it, it goes by its usual names.
    func maskID() throws(DataError) -> Int {
        let names = [tokenizer.configuration.maskToken, "[MASK]", "<mask>"].compactMap { $0 }
        for name in names {
            if let id = tokenizer.convertTokenToId(name) { return id }
        }
        throw .invalidOption(
            name: "mask token", problem: "the tokenizer has none", remedy: "Use the tokenizer of a model that has one.")
    }

    /// The id of the end token; where no configuration names it, the caller must.
    func endID(_ given: Int?) throws(DataError) -> Int {
        if let id = given ?? tokenizer.eosTokenId { return id }
        throw .invalidOption(
            name: "end token", problem: "the tokenizer's files do not say which one it is",
            remedy: "Give its id, or put the model's tokenizer_config.json beside them.")
    }
}

extension Encoding {
    /// The segments, or nil if all tokens are of the first.
    var segmentsIfAny: [Int]? { typeIDs.contains { $0 != 0 } ? typeIDs : nil }
}

extension String {
    /// The text without the full stop at its end.
    var trimmingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
