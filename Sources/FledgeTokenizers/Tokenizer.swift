/// Text to token ids and back.
///
/// ```swift
/// let tokenizer = try AutoTokenizer.from(directory: directory)
/// let ids = tokenizer.encode(text: "summarize: It is raining.")
/// let text = try tokenizer.decode(tokens: ids, skipSpecialTokens: true)
/// ```
///
/// A tokenizer is immutable and may be used by any number of threads at once.
public protocol Tokenizer: Sendable {
    /// How many different tokens there are, added tokens included.
    var vocabularySize: Int { get }

    /// What `tokenizer_config.json` and `special_tokens_map.json` say.
    var configuration: TokenizerConfiguration { get }

    /// The tokens that are looked for in texts as they stand, in the order of the file.
    var addedTokens: [AddedToken] { get }

    /// The length that the tokenizer's file asks texts to be cut to. `encode` does not cut; see
    /// ``encoding(of:pair:addSpecialTokens:truncation:)``.
    var truncation: TruncationOptions? { get }

    /// The padding that the tokenizer's file asks for. `encode` does not pad; see ``Encoding/padded(with:)``.
    var padding: PaddingOptions? { get }

    /// The ids of a text.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - addSpecialTokens: whether to add what the model expects around a text, such as T5's `</s>`.
    /// - Returns: the ids.
    func encode(text: String, addSpecialTokens: Bool) -> [Int]

    /// The ids of a text, or of two, with the tokens' texts and places.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - pair: a second text for the same sequence.
    ///   - addSpecialTokens: whether to add what the model expects around a text.
    /// - Returns: ids, tokens, places and masks.
    func encoding(of text: String, pair: String?, addSpecialTokens: Bool) -> Encoding

    /// The encodings of all parts that a text, or two, are cut into.
    ///
    /// - Parameters:
    ///   - text: a text, or its words.
    ///   - pair: a second text for the same sequence.
    ///   - addSpecialTokens: whether to add what the model expects around a text; every part gets it.
    ///   - truncation: how to cut, or nil to leave the length as it is.
    ///   - keepsOverflow: whether to return more than the first part.
    /// - Returns: the encoding, and after it those of the parts that were cut off, which are what `tokenizers` calls
    ///   overflowing, in the same order. Segments are those of the template in all parts; `tokenizers` numbers them
    ///   0 and 1 in overflowing parts, whatever the template says.
    /// - Throws: ``TokenizerError/cannotTruncate(reason:)`` if the options leave no room.
    func parts(
        of text: EncodingInput, pair: EncodingInput?, addSpecialTokens: Bool, truncation: TruncationOptions?,
        keepsOverflow: Bool
    ) throws(TokenizerError) -> [Encoding]

    /// The text of ids.
    ///
    /// - Parameters:
    ///   - tokens: token ids.
    ///   - skipSpecialTokens: whether to leave out special tokens.
    /// - Returns: the text.
    /// - Throws: ``TokenizerError/unknownToken(id:vocabularySize:)`` for an id that the vocabulary does not have.
    func decode(tokens: [Int], skipSpecialTokens: Bool) throws(TokenizerError) -> String

    /// A decoder for ids that come one by one.
    func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder

    /// The text of tokens, which need not be in the vocabulary.
    ///
    /// - Parameter tokens: pieces as the vocabulary spells them, such as `##ing` or `Ġthe`.
    /// - Returns: the text.
    func convertTokensToString(_ tokens: [String]) -> String

    /// What the vocabulary puts before pieces that do not begin a word, such as `##`; nil where it puts nothing.
    var continuingSubwordPrefix: String? { get }

    /// The id of a token, or nil if the vocabulary does not have it.
    func convertTokenToId(_ token: String) -> Int?

    /// The token with an id, or nil if the vocabulary does not have it.
    func convertIdToToken(_ id: Int) -> String?
}

extension Tokenizer {
    /// The ids of a text, special tokens added.
    public func encode(text: String) -> [Int] { encode(text: text, addSpecialTokens: true) }

    /// The ids of a text, special tokens added.
    public func callAsFunction(_ text: String, addSpecialTokens: Bool = true) -> [Int] {
        encode(text: text, addSpecialTokens: addSpecialTokens)
    }

    /// The ids of a text with the tokens' texts and places.
    public func encoding(of text: String, addSpecialTokens: Bool = true) -> Encoding {
        encoding(of: text, pair: nil, addSpecialTokens: addSpecialTokens)
    }

    /// The tokens of a text, none added.
    public func tokenize(text: String) -> [String] {
        encoding(of: text, pair: nil, addSpecialTokens: false).tokens
    }

    /// The text of ids, special tokens included.
    public func decode(tokens: [Int]) throws(TokenizerError) -> String {
        try decode(tokens: tokens, skipSpecialTokens: false)
    }

    /// The ids of tokens; nil for those that the vocabulary does not have.
    public func convertTokensToIds(_ tokens: [String]) -> [Int?] { tokens.map { convertTokenToId($0) } }

    /// The tokens with certain ids; nil for those that the vocabulary does not have.
    public func convertIdsToTokens(_ ids: [Int]) -> [String?] { ids.map { convertIdToToken($0) } }

    /// The token that begins a sequence, if there is one.
    public var bosToken: String? { configuration.bosToken }
    /// The id of ``bosToken``.
    public var bosTokenId: Int? { bosToken.flatMap { convertTokenToId($0) } }
    /// The token that ends a sequence, if there is one.
    public var eosToken: String? { configuration.eosToken }
    /// The id of ``eosToken``.
    public var eosTokenId: Int? { eosToken.flatMap { convertTokenToId($0) } }
    /// The token that stands for what the vocabulary cannot spell, if there is one.
    public var unknownToken: String? { configuration.unknownToken }
    /// The id of ``unknownToken``.
    public var unknownTokenId: Int? { unknownToken.flatMap { convertTokenToId($0) } }
    /// The token that fills up sequences, if there is one.
    public var padToken: String? { configuration.padToken }
    /// The id of ``padToken``.
    public var padTokenId: Int? { padToken.flatMap { convertTokenToId($0) } }
}
