/// A tokenizer made of the five stages: normalizer → pre-tokenizer → model → post-processor → decoder.
struct PipelineTokenizer: Tokenizer {
    let added: AddedVocabulary
    let normalizer: (any Normalizer)?
    let preTokenizer: (any PreTokenizer)?
    let model: any TokenizationModel
    let postProcessor: any PostProcessor
    let decoders: [any Decoder]
    let configuration: TokenizerConfiguration
    var truncation: TruncationOptions?
    var padding: PaddingOptions?
    let vocabularySize: Int
    private let templates: TemplateSet
    private let fused: (any FusedEncoder)?

    /// Puts the stages together; the added tokens are in the order of the file.
    init(
        added: [AddedToken], normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?,
        model: any TokenizationModel, postProcessor: any PostProcessor, decoders: [any Decoder],
        configuration: TokenizerConfiguration
    ) {
        self.added = AddedVocabulary(added, model: model, normalizer: normalizer)
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        self.postProcessor = postProcessor
        templates = TemplateSet(postProcessor)
        self.decoders = decoders
        self.configuration = configuration
        fused = FusedEncoders.make(normalizer: normalizer, preTokenizer: preTokenizer, model: model)
        vocabularySize = model.vocabularySize + self.added.countBeyond(model)
    }

    var addedTokens: [AddedToken] { added.tokens }

    func encode(text: String, addSpecialTokens: Bool) -> [Int] {
        var ids: [Int] = []
        for piece in templates.template(isPair: false, addSpecialTokens: addSpecialTokens) {
            switch piece {
            case .text: appendIDs(of: text, to: &ids)
            case .special(let special, _, _, _): ids += special
            }
        }
        return ids
    }

    private func appendIDs(of text: String, to ids: inout [Int]) {
        guard let fused, !added.hasNormalizedTokens else {
            ids += tokens(of: text, wantsRanges: false).batch.ids
            return
        }
        var text = text
        text.withUTF8 { source in
            ids.reserveCapacity(source.count / 3 + 8)
            added.forEachPart(of: source) { range, token in
                if let token {
                    ids.append(token.id)
                } else {
                    let part = UnsafeBufferPointer(rebasing: source[range])
                    fused.encode(part, isStart: range.lowerBound == 0, into: &ids)
                }
            }
        }
    }

    func encoding(of text: String, pair: String?, addSpecialTokens: Bool) -> Encoding {
        var texts = [tokens(of: .text(text), sequenceID: 0)]
        if let pair { texts.append(tokens(of: .text(pair), sequenceID: 1)) }
        return joined(texts, parts: texts.map { 0..<$0.count }, addSpecialTokens: addSpecialTokens)
    }

    func parts(
        of text: EncodingInput, pair: EncodingInput?, addSpecialTokens: Bool, truncation: TruncationOptions?,
        keepsOverflow: Bool
    ) throws(TokenizerError) -> [Encoding] {
        var texts = [tokens(of: text, sequenceID: 0)]
        if let pair { texts.append(tokens(of: pair, sequenceID: 1)) }
        guard let truncation else {
            return [joined(texts, parts: texts.map { 0..<$0.count }, addSpecialTokens: addSpecialTokens)]
        }
        let added = addSpecialTokens ? postProcessor.addedCount(isPair: pair != nil) : 0
        let cut = Truncation(
            options: truncation, addedCount: added, addedToOne: postProcessor.addedCount(isPair: false),
            keepsOverflow: keepsOverflow)
        let parts = try cut.parts(of: texts.map(\.count))
        let first = joined(texts, parts: parts.map { $0[0] }, addSpecialTokens: addSpecialTokens)
        guard keepsOverflow else { return [first] }
        // The further parts of the first text with all of the second one come before the first part with the second
        // text's further ones.
        let second = parts.count > 1 ? parts[1].map { [$0] } : [[]]
        var overflow: [Encoding] = []
        for part in parts[0].dropFirst() + parts[0].prefix(1) {
            for other in part == parts[0][0] ? second.dropFirst() : second[...] {
                overflow.append(joined(texts, parts: [part] + other, addSpecialTokens: addSpecialTokens))
            }
        }
        return [first] + overflow
    }

    /// Puts parts of texts together with what is added around them.
    private func joined(_ texts: [Encoding], parts: [Range<Int>], addSpecialTokens: Bool) -> Encoding {
        var encoding = Encoding()
        for piece in templates.template(isPair: texts.count > 1, addSpecialTokens: addSpecialTokens) {
            switch piece {
            case .text(let index, let typeID):
                encoding.append(texts[index], parts[index], typeID: typeID)
            case .special(let ids, let tokens, let typeID, let isMarked):
                for (id, token) in zip(ids, tokens) {
                    encoding.append(special: id, token: token, typeID: typeID, isMarked: isMarked)
                }
            }
        }
        return encoding
    }

    /// The tokens of a text, nothing around them.
    private func tokens(of input: EncodingInput, sequenceID: Int) -> Encoding {
        var encoding = Encoding()
        switch input {
        case .text(let text): append(text, wordID: nil, sequenceID: sequenceID, to: &encoding)
        case .words(let words):
            for (index, word) in words.enumerated() {
                append(word, wordID: index, sequenceID: sequenceID, to: &encoding)
            }
        }
        return encoding
    }

    private func append(_ text: String, wordID: Int?, sequenceID: Int, to encoding: inout Encoding) {
        let (preTokenized, batch) = tokens(of: text, wantsRanges: true)
        let aligned = preTokenized.text
        let trimming = postProcessor.offsetTrimming
        var text = text
        text.withUTF8 { source in
            var split = 0
            for (index, range) in batch.ranges.enumerated() {
                let id = batch.ids[index]
                let bytes = batch.isByte[index] ? (model.piece(at: id) ?? [])[...] : aligned.bytes[range]
                let token = String(decoding: bytes, as: UTF8.self)
                let start = aligned.starts[range.lowerBound]
                var place = start..<max(start, aligned.ends[range.upperBound - 1])
                if let trimming { place = trimming.trimmed(place, of: token, isFirst: index == 0, in: source) }
                while preTokenized.splits[split].range.upperBound <= range.lowerBound { split += 1 }
                encoding.append(
                    id: id, token: token, byteOffsets: place, wordID: wordID ?? split, sequenceID: sequenceID)
            }
        }
    }

    private func tokens(of text: String, wantsRanges: Bool) -> (text: PreTokenizedText, batch: TokenBatch) {
        var text = text
        return text.withUTF8 { source in
            let isTracked = wantsRanges || (preTokenizer?.needsOrigins ?? false)
            var parts = added.split(source, normalizer: normalizer, isTracked: isTracked)
            preTokenizer?.split(&parts)
            var batch = TokenBatch(wantsRanges: wantsRanges)
            batch.ids.reserveCapacity(source.count / 3)
            model.encode(parts, into: &batch)
            return (parts, batch)
        }
    }

    func decode(tokens: [Int], skipSpecialTokens: Bool) throws(TokenizerError) -> String {
        var decoder = streamingDecoder(skipSpecialTokens: skipSpecialTokens)
        var bytes: [UInt8] = []
        for token in tokens { try decoder.append(token: token, to: &bytes) }
        decoder.finish(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
        StreamingDecoder(tokenizer: self, skipSpecialTokens: skipSpecialTokens)
    }

    func convertTokensToString(_ tokens: [String]) -> String {
        var decoder = streamingDecoder(skipSpecialTokens: false)
        var bytes: [UInt8] = []
        for token in tokens { decoder.append(piece: Array(token.utf8), to: &bytes) }
        decoder.finish(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    var continuingSubwordPrefix: String? {
        model.continuingPrefix.isEmpty ? nil : String(decoding: model.continuingPrefix, as: UTF8.self)
    }

    func convertTokenToId(_ token: String) -> Int? { added.id(of: token) ?? model.id(of: Array(token.utf8)) }

    func convertIdToToken(_ id: Int) -> String? { piece(at: id).map { String(decoding: $0, as: UTF8.self) } }

    /// The bytes that an id stands for before decoding.
    func piece(at id: Int) -> [UInt8]? { added.content(of: id) ?? model.piece(at: id) }
}
