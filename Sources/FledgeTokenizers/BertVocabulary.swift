/// Builds BERT's tokenizer from its older files: `vocab.txt` with a piece a line, and what `tokenizer_config.json` says.
enum BertVocabulary {
    /// The Python classes whose `vocab.txt` means this tokenizer.
    private static let classes: Set<String> = [
        "BertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "FunnelTokenizer",
        "LayoutLMTokenizer", "LxmertTokenizer", "MobileBertTokenizer", "RetriBertTokenizer", "SqueezeBertTokenizer",
    ]

    /// Builds the tokenizer.
    ///
    /// - Throws: ``TokenizerError`` if the vocabulary breaks its format, lacks a special token, or is of another kind
    ///   of tokenizer.
    static func tokenizer(
        vocabulary bytes: [UInt8], source: String, configuration: TokenizerConfiguration
    ) throws(TokenizerError) -> PipelineTokenizer {
        if let name = configuration.tokenizerClass {
            let stem = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
            guard classes.contains(stem) else {
                throw .unsupported(file: source, component: "tokenizer class with a vocab.txt", name: name)
            }
        }
        var configuration = configuration
        configuration.unknownToken = configuration.unknownToken ?? "[UNK]"
        configuration.sepToken = configuration.sepToken ?? "[SEP]"
        configuration.padToken = configuration.padToken ?? "[PAD]"
        configuration.clsToken = configuration.clsToken ?? "[CLS]"
        configuration.maskToken = configuration.maskToken ?? "[MASK]"
        let vocabulary = try PieceVocabulary.read(lines: bytes, source: source)
        func special(_ token: String?) throws(TokenizerError) -> (token: String, id: Int) {
            let token = token ?? ""
            let id = vocabulary.id(of: token.utf8)
            guard id >= 0 else {
                throw .damaged(source, "the whole file", "it does not have the special token “\(token)”")
            }
            return (token, Int(id))
        }
        let unknown = try special(configuration.unknownToken)
        let postProcessor = BertProcessing(
            cls: try special(configuration.clsToken), sep: try special(configuration.sepToken))
        return PipelineTokenizer(
            added: addedTokens(of: configuration),
            normalizer: BertNormalizer(
                separatesChinese: configuration.separatesChinese ?? true, stripsAccents: configuration.stripsAccents,
                lowercases: configuration.lowercases ?? true),
            preTokenizer: BertPreTokenizer(),
            model: WordPieceModel(
                vocabulary: vocabulary, unknownID: unknown.id, continuingPrefix: Array("##".utf8), longestWord: 100),
            postProcessor: postProcessor,
            decoders: [WordPieceDecoder(prefix: Array("##".utf8), cleansUp: true)], configuration: configuration)
    }

    /// The tokens of `added_tokens_decoder`, and those special tokens that it does not have.
    private static func addedTokens(of configuration: TokenizerConfiguration) -> [AddedToken] {
        var added = configuration.addedTokens
        let special = [
            configuration.padToken, configuration.unknownToken, configuration.clsToken, configuration.sepToken,
            configuration.maskToken,
        ]
        for content in special.compactMap({ $0 }) + configuration.additionalSpecialTokens
        where !added.contains(where: { $0.content == content }) {
            added.append(AddedToken(id: 0, content: content, isSpecial: true))
        }
        return added
    }
}
