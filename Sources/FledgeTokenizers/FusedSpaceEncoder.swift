/// Normalizer and byte-pair encoding in one pass for vocabularies of LLaMA's kind, whose texts are one word to the
/// model: `▁` for every space and before the text, and cuts where ``CutTable`` allows them.
struct FusedSpaceEncoder: FusedEncoder {
    /// What a text gets before it.
    private enum Prefix {
        case none, always, unlessSpace
        /// As ``unlessSpace``, at the beginning of the whole text.
        case atStart
        /// A normalizer has to say.
        case unknown(SentencePieceNormalizer)
    }

    private let prefix: Prefix
    private let model: any PairMergingModel
    private let cuts: CutTable

    init?(normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?, model: any TokenizationModel) {
        guard let model = model as? any PairMergingModel,
            let prefix = FusedSpaceEncoder.prefix(normalizer, preTokenizer), let cuts = model.cutTable()
        else { return nil }
        self.prefix = prefix
        self.model = model
        self.cuts = cuts
    }

    private static func prefix(_ normalizer: (any Normalizer)?, _ preTokenizer: (any PreTokenizer)?) -> Prefix? {
        if let metaspace = preTokenizer as? MetaspacePreTokenizer {
            guard normalizer == nil, metaspace.options.replacement == SentencePieceNormalizer.space,
                !metaspace.options.splits
            else { return nil }
            switch metaspace.options.prependScheme {
            case .always: return .unlessSpace
            case .never: return Prefix.none
            case .first: return .atStart
            }
        }
        guard preTokenizer == nil else { return nil }
        if let normalizer = normalizer as? SentencePieceNormalizer {
            guard normalizer.showsSpaces else { return nil }
            guard normalizer.changesOnlySpaces else { return .unknown(normalizer) }
            return normalizer.addsPrefix ? .always : Prefix.none
        }
        let steps = (normalizer as? SequenceNormalizer)?.steps ?? normalizer.map { [$0] } ?? []
        guard let replace = steps.last as? ReplaceNormalizer, replace.pattern == .literal([0x20]),
            replace.content == SentencePieceNormalizer.space
        else { return nil }
        if steps.count == 1 { return Prefix.none }
        guard steps.count == 2, let prepend = steps[0] as? PrependNormalizer,
            prepend.content == SentencePieceNormalizer.space
        else { return nil }
        return .always
    }

    func encode(_ source: UnsafeBufferPointer<UInt8>, isStart: Bool, into ids: inout [Int]) {
        switch prefix {
        case .none: encode(source, getsPrefix: false, into: &ids)
        case .always: encode(source, getsPrefix: true, into: &ids)
        case .atStart: encode(source, getsPrefix: isStart && !beginsWithSpace(source), into: &ids)
        case .unlessSpace: encode(source, getsPrefix: !beginsWithSpace(source), into: &ids)
        case .unknown(let normalizer):
            var text = AlignedText(original: source, range: 0..<source.count, isTracked: false)
            normalizer.normalize(&text)
            text.bytes.withUnsafeBufferPointer { encode($0, getsPrefix: false, into: &ids) }
        }
    }

    private func beginsWithSpace(_ source: UnsafeBufferPointer<UInt8>) -> Bool {
        source.first == 0x20 || (!source.isEmpty && CutTable.isVisibleSpace(at: 0, in: source))
    }

    private func encode(_ source: UnsafeBufferPointer<UInt8>, getsPrefix: Bool, into ids: inout [Int]) {
        guard !source.isEmpty else { return }
        let bytes = UnsafeRawBufferPointer(source)
        model.withWorkspace { workspace in
            let words = workspace.rawWords
            var spelling: [UInt8] = []
            var start = 0
            if getsPrefix {
                start = cuts.cutsAfterSpace(source) ? 0 : cuts.end(from: 0, in: source)
                let word = [0x20] + Array(source[..<start])
                word.withUnsafeBytes { encode($0, workspace, words, &spelling, into: &ids) }
            }
            cuts.forEachPart(of: source, from: start) { part in
                encode(UnsafeRawBufferPointer(rebasing: bytes[part]), workspace, words, &spelling, into: &ids)
            }
        }
    }

    @inline(__always)
    private func encode(
        _ word: UnsafeRawBufferPointer, _ workspace: BPEWorkspace, _ words: WordCache, _ spelling: inout [UInt8],
        into ids: inout [Int]
    ) {
        let hash = WordCache.hash(word)
        if let found = words.find(word, hash: hash) {
            for token in found { ids.append(Int(token.id)) }
            return
        }
        spelling.removeAll(keepingCapacity: true)
        CutTable.append(word, to: &spelling)
        spelling.withUnsafeBytes { workspace.encode(word, hash: hash, spelled: $0, with: model, into: &ids) }
    }
}
