/// The stages that a `tokenizer.json` describes, as the class changes them that `tokenizer_config.json` names.
///
/// transformers 5 builds some classes' stages anew and takes only the vocabulary and the post-processor from the file.
/// `add_bos_token` and `add_eos_token` count for nothing there: the post-processor is the file's.
struct TokenizerStages {
    var normalizer: (any Normalizer)?
    var preTokenizer: (any PreTokenizer)?
    var model: any TokenizationModel
    var postProcessor: any PostProcessor
    var decoders: [any Decoder]

    private static let robertaClasses = [
        "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer", "MvpTokenizer",
    ]

    /// Does what a class of transformers does with a model of a type, if `config.json` names one.
    mutating func apply(_ configuration: TokenizerConfiguration, modelType: String?) {
        guard let model = model as? BPEModel, let name = configuration.tokenizerClass else { return }
        let type = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
        // Models of other types with LLaMA's class keep what the file says.
        if type == "LlamaTokenizer", modelType ?? "llama" == "llama", !isByteLevel {
            applyLLaMA(model, configuration)
        } else if type == "GPT2Tokenizer" || TokenizerStages.robertaClasses.contains(type),
            preTokenizer is ByteLevelPreTokenizer
        {
            let addsPrefixSpace = configuration.addPrefixSpace ?? false
            normalizer = nil
            preTokenizer = ByteLevelPreTokenizer(addsPrefixSpace: addsPrefixSpace, usesPattern: true)
            if type != "GPT2Tokenizer" { applyRoBERTa(model, configuration, addsPrefixSpace: addsPrefixSpace) }
        }
    }

    private var isByteLevel: Bool {
        let steps = (preTokenizer as? SequencePreTokenizer)?.steps ?? preTokenizer.map { [$0] } ?? []
        return steps.contains { $0 is ByteLevelPreTokenizer } || decoders.contains { $0 is ByteLevelDecoder }
    }

    /// Files of LLaMA 1 and 2 put `▁` before the text and after every special token; the class does the latter only if
    /// it is `legacy`, and neither without `add_prefix_space`.
    private mutating func applyLLaMA(_ model: BPEModel, _ configuration: TokenizerConfiguration) {
        let addsPrefixSpace = configuration.addPrefixSpace ?? true
        let scheme: Metaspace.PrependScheme =
            !addsPrefixSpace ? .never : configuration.legacy ?? false ? .always : .first
        normalizer = nil
        preTokenizer = MetaspacePreTokenizer(
            options: Metaspace(
                replacement: SentencePieceNormalizer.space, prependScheme: scheme, splits: false))
        var options = BPEModel.Options()
        options.fusesUnknown = true
        options.byteFallback = true
        self.model = BPEModel(vocabulary: model.vocabulary, merges: model.merges, options: options)
        let space: [UInt8] = [0x20]
        decoders = [
            ReplaceDecoder(pattern: .literal(SentencePieceNormalizer.space), content: space), ByteFallbackDecoder(),
            FuseDecoder(),
        ]
        if addsPrefixSpace { decoders.append(StripDecoder(content: space, start: 1, stop: 0)) }
    }

    private mutating func applyRoBERTa(
        _ model: BPEModel, _ configuration: TokenizerConfiguration, addsPrefixSpace: Bool
    ) {
        func special(_ token: String) -> (token: String, id: Int)? {
            model.id(of: Array(token.utf8)).map { (token, $0) }
        }
        guard let start = special(configuration.clsToken ?? "<s>"),
            let end = special(configuration.sepToken ?? "</s>")
        else { return }
        let trims = configuration.trimOffsets ?? true
        postProcessor = RobertaProcessing(
            start: start, end: end,
            offsetTrimming: trims ? OffsetTrimming(addsPrefixSpace: addsPrefixSpace) : nil)
    }
}
