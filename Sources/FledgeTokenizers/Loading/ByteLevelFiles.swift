/// Builds a byte-level tokenizer from `vocab.json` and `merges.txt`, the files of GPT-2, RoBERTa and BART.
///
/// The files hold the model alone. What belongs around it follows from the class that `tokenizer_config.json` names,
/// else from `model_type` in `config.json`, else from the vocabulary: one with `<s>` and `<mask>` is of RoBERTa's
/// family, which puts `<s>` and `</s>` around texts, and any other of GPT-2's, which adds nothing.
struct ByteLevelFiles {
    let vocabulary: JSONDocument
    let merges: [UInt8]
    /// The name of the merges' file, for errors.
    let mergesSource: String
    /// `model_type` of `config.json`, if it is there.
    let modelType: String?

    /// Families that use these files with other stages, by a part of their class's name.
    private static let others = [
        "CLIP", "OpenAIGPT", "Qwen", "BlenderbotSmall", "CTRL", "FSMT", "XLM", "Phobert", "PhoBERT", "Bertweet",
        "Herbert", "BioGpt", "Flaubert",
    ]
    private static let robertaFamily = ["roberta", "bart", "longformer", "led", "mvp"]

    func tokenizer(configuration: TokenizerConfiguration) throws(TokenizerError) -> PipelineTokenizer {
        let name = configuration.tokenizerClass ?? modelType ?? ""
        if ByteLevelFiles.others.contains(where: { name.lowercased().hasPrefix($0.lowercased()) }) {
            throw .unsupported(file: vocabulary.source, component: "tokenizer class", name: name)
        }
        let vocabulary = try PieceVocabulary.read(JSONField(root: vocabulary))
        let model = BPEModel(
            vocabulary: vocabulary, merges: try readMerges(vocabulary), options: BPEModel.Options())
        guard model.byteLevelIDs != nil else {
            throw .damaged(self.vocabulary.source, "the whole file", "it has no piece for some bytes")
        }
        let isRoberta =
            name.isEmpty
            ? model.id(of: Array("<s>".utf8)) != nil && model.id(of: Array("<mask>".utf8)) != nil
            : ByteLevelFiles.robertaFamily.contains { name.lowercased().contains($0) }
        let configuration = completed(configuration, isRoberta: isRoberta, model: model)
        let added = addedTokens(configuration, model: model)
        let addsPrefixSpace = configuration.addPrefixSpace ?? false
        return PipelineTokenizer(
            added: added, normalizer: nil,
            preTokenizer: ByteLevelPreTokenizer(addsPrefixSpace: addsPrefixSpace, usesPattern: true), model: model,
            postProcessor: postProcessor(configuration, isRoberta, model, addsPrefixSpace: addsPrefixSpace),
            decoders: [ByteLevelDecoder()], configuration: configuration)
    }

    private func readMerges(_ vocabulary: PieceVocabulary) throws(TokenizerError) -> MergeTable {
        var list = MergeList(vocabulary: vocabulary, capacity: vocabulary.count)
        for (number, line) in merges.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = line.last == 0x0D ? line.dropLast() : line
            // The first line names the format's version.
            guard !line.isEmpty, !line.starts(with: "#version".utf8) else { continue }
            if let problem = list.append(line: Array(line)) {
                throw .damaged(mergesSource, "line \(number + 1)", problem)
            }
        }
        return list.table
    }

    private func completed(
        _ configuration: TokenizerConfiguration, isRoberta: Bool, model: BPEModel
    ) -> TokenizerConfiguration {
        var result = configuration
        func known(_ piece: String) -> String? { model.id(of: Array(piece.utf8)) == nil ? nil : piece }
        if isRoberta {
            result.bosToken = result.bosToken ?? known("<s>")
            result.clsToken = result.clsToken ?? known("<s>")
            result.eosToken = result.eosToken ?? known("</s>")
            result.sepToken = result.sepToken ?? known("</s>")
            result.padToken = result.padToken ?? known("<pad>")
            result.unknownToken = result.unknownToken ?? known("<unk>")
            result.maskToken = result.maskToken ?? known("<mask>")
        } else {
            result.bosToken = result.bosToken ?? known("<|endoftext|>")
            result.eosToken = result.eosToken ?? known("<|endoftext|>")
            result.unknownToken = result.unknownToken ?? known("<|endoftext|>")
        }
        return result
    }

    /// The tokens of `added_tokens_decoder`, and the special tokens that the configuration names.
    private func addedTokens(_ configuration: TokenizerConfiguration, model: BPEModel) -> [AddedToken] {
        var added = configuration.addedTokens
        var known = Set(added.map(\.content))
        let named = [
            configuration.bosToken, configuration.padToken, configuration.eosToken, configuration.unknownToken,
            configuration.sepToken, configuration.clsToken, configuration.maskToken,
        ]
        for token in named.compactMap({ $0 }) + configuration.additionalSpecialTokens
        where known.insert(token).inserted {
            added.append(configuration.special(token))
        }
        return added
    }

    private func postProcessor(
        _ configuration: TokenizerConfiguration, _ isRoberta: Bool, _ model: BPEModel, addsPrefixSpace: Bool
    ) -> any PostProcessor {
        func special(_ token: String?) -> (token: String, id: Int)? {
            token.flatMap { token in model.id(of: Array(token.utf8)).map { (token, $0) } }
        }
        if isRoberta, let start = special(configuration.clsToken), let end = special(configuration.sepToken) {
            return RobertaProcessing(
                start: start, end: end, offsetTrimming: OffsetTrimming(addsPrefixSpace: addsPrefixSpace))
        }
        guard configuration.addBosToken ?? false, let start = special(configuration.bosToken) else {
            return TemplateProcessing.plain
        }
        func begin(_ typeID: Int) -> TemplatePiece { .special(ids: [start.id], tokens: [start.token], typeID: typeID) }
        return TemplateProcessing(
            single: [begin(0), .text(0, typeID: 0)],
            pair: [begin(0), .text(0, typeID: 0), begin(1), .text(1, typeID: 1)])
    }
}
