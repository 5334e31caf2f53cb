/// What `tokenizer_config.json` and `special_tokens_map.json` say about a tokenizer.
public struct TokenizerConfiguration: Sendable, Equatable {
    /// The token that begins a sequence.
    public var bosToken: String?
    /// The token that ends a sequence.
    public var eosToken: String?
    /// The token for what the vocabulary cannot spell.
    public var unknownToken: String?
    /// The token that fills up sequences.
    public var padToken: String?
    /// The token between two texts.
    public var sepToken: String?
    /// The token for the class of a sequence.
    public var clsToken: String?
    /// The token for a masked place.
    public var maskToken: String?
    /// Further special tokens, such as T5's sentinels.
    public var additionalSpecialTokens: [String] = []
    /// The longest sequence that the model was made for, if the file states one.
    public var modelMaxLength: Int?
    /// How many sentinels `<extra_id_N>` there are, if the file says so.
    public var extraIds: Int?
    /// The Python class that the tokenizer was saved from.
    public var tokenizerClass: String?
    /// Whether texts become lower case, for tokenizers without a `tokenizer.json` (`do_lower_case`).
    public var lowercases: Bool?
    /// Whether accents are removed, for tokenizers without a `tokenizer.json` (`strip_accents`).
    public var stripsAccents: Bool?
    /// Whether spaces are put around Chinese characters, for tokenizers without a `tokenizer.json`
    /// (`tokenize_chinese_chars`).
    public var separatesChinese: Bool?
    /// The Jinja template of chats.
    public var chatTemplate: String?
    /// Whether the token that begins a sequence is put before texts, if the file says so.
    public var addBosToken: Bool?
    /// Whether the token that ends a sequence is put after texts, if the file says so.
    public var addEosToken: Bool?
    /// Whether texts get a space before them, for tokenizers without a `tokenizer.json` (`add_prefix_space`).
    public var addPrefixSpace: Bool?
    /// The tokens of `added_tokens_decoder`, by ascending id.
    public var addedTokens: [AddedToken] = []
    /// How the named special tokens are looked for, of those whose fields say more than their texts.
    private var namedTokens: [String: AddedToken] = [:]

    /// Creates a configuration that says nothing.
    public init() {}
}

extension TokenizerConfiguration {
    /// Reads the two files, either of which may be missing.
    ///
    /// `tokenizer_config.json` counts where both name a token.
    static func read(config: JSONDocument?, specialTokensMap: JSONDocument?) throws(TokenizerError)
        -> TokenizerConfiguration
    {
        var result = TokenizerConfiguration()
        if let specialTokensMap { try result.readSpecialTokens(JSONField(root: specialTokensMap)) }
        guard let config else { return result }
        let root = JSONField(root: config)
        try result.readSpecialTokens(root)
        // Transformers writes 1e30 where there is no limit; such a number is no length.
        result.modelMaxLength = root["model_max_length"].value?.integer
        if !root["extra_ids"].isNullOrMissing {
            let count = try root["extra_ids"].index()
            guard count <= 1 << 20 else { throw root["extra_ids"].damaged("\(count) sentinels are too many") }
            result.extraIds = count
        }
        if !root["tokenizer_class"].isNullOrMissing { result.tokenizerClass = try root["tokenizer_class"].string() }
        result.lowercases = try TokenizerConfiguration.flag(root["do_lower_case"])
        result.stripsAccents = try TokenizerConfiguration.flag(root["strip_accents"])
        result.separatesChinese = try TokenizerConfiguration.flag(root["tokenize_chinese_chars"])
        result.addBosToken = root["add_bos_token"].value?.boolean
        result.addEosToken = root["add_eos_token"].value?.boolean
        result.addPrefixSpace = root["add_prefix_space"].value?.boolean
        // Some files hold several named templates; the string form is the default one.
        result.chatTemplate = root["chat_template"].value?.string
        guard !root["added_tokens_decoder"].isNullOrMissing else { return result }
        for (key, field) in try root["added_tokens_decoder"].object() {
            guard let id = Int(key), id >= 0, id <= Int(Int32.max) else {
                throw field.damaged("its key “\(key)” should be a token id")
            }
            result.addedTokens.append(try .read(field, id: id))
        }
        result.addedTokens.sort { $0.id < $1.id }
        return result
    }

    /// The special token of a text that the configuration names.
    func special(_ content: String) -> AddedToken {
        namedTokens[content] ?? AddedToken(id: 0, content: content, isSpecial: true)
    }

    private mutating func readSpecialTokens(_ root: JSONField) throws(TokenizerError) {
        bosToken = try token(root["bos_token"]) ?? bosToken
        eosToken = try token(root["eos_token"]) ?? eosToken
        unknownToken = try token(root["unk_token"]) ?? unknownToken
        padToken = try token(root["pad_token"]) ?? padToken
        sepToken = try token(root["sep_token"]) ?? sepToken
        clsToken = try token(root["cls_token"]) ?? clsToken
        maskToken = try token(root["mask_token"]) ?? maskToken
        guard !root["additional_special_tokens"].isNullOrMissing else { return }
        additionalSpecialTokens = []
        for field in try root["additional_special_tokens"].array() {
            if let token = try token(field) { additionalSpecialTokens.append(token) }
        }
    }

    private static func flag(_ field: JSONField) throws(TokenizerError) -> Bool? {
        field.isNullOrMissing ? nil : try field.bool()
    }

    /// A token is a string, or an object with its `content`.
    private mutating func token(_ field: JSONField) throws(TokenizerError) -> String? {
        guard !field.isNullOrMissing else { return nil }
        guard field.value?.members != nil else {
            let content = try field.string()
            namedTokens[content] = nil
            return content
        }
        var token = try AddedToken.read(field, id: 0)
        token.isSpecial = true
        token.isNormalized = try field["normalized"].bool(default: false)
        namedTokens[token.content] = token
        return token.content
    }
}
