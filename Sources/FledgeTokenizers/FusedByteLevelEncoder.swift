/// Pre-tokenizer and byte-pair encoding in one pass for byte-level vocabularies: pieces are looked up by their bytes
/// where they stand, and nothing is spelled out.
struct FusedByteLevelEncoder: FusedEncoder {
    /// Changes nothing in ASCII.
    private let normalizer: UnicodeFormNormalizer?
    private let pattern: SplitPattern
    private let addsPrefixSpace: Bool
    private let model: BPEModel
    private let byteIDs: [Int32]

    init?(normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?, model: any TokenizationModel) {
        let form = normalizer as? UnicodeFormNormalizer
        guard normalizer == nil || form != nil, let model = model as? BPEModel, let byteIDs = model.byteLevelIDs
        else { return nil }
        self.normalizer = form
        self.model = model
        self.byteIDs = byteIDs
        if let single = preTokenizer as? ByteLevelPreTokenizer, single.usesPattern {
            pattern = .gpt2(GPT2Scanner())
            addsPrefixSpace = single.addsPrefixSpace
            return
        }
        guard let steps = (preTokenizer as? SequencePreTokenizer)?.steps, steps.count == 2,
            let split = steps[0] as? SplitPreTokenizer, split.behavior == .isolated,
            let spelling = steps[1] as? ByteLevelPreTokenizer, !spelling.usesPattern, !spelling.addsPrefixSpace
        else { return nil }
        pattern = split.pattern
        addsPrefixSpace = false
    }

    func encode(_ source: UnsafeBufferPointer<UInt8>, isStart: Bool, into ids: inout [Int]) {
        guard let normalizer, source.contains(where: { $0 >= 0x80 }) else {
            encodeNormalized(source, into: &ids)
            return
        }
        var text = AlignedText(original: source, range: 0..<source.count, isTracked: false)
        normalizer.normalize(&text)
        text.bytes.withUnsafeBufferPointer { encodeNormalized($0, into: &ids) }
    }

    private func encodeNormalized(_ source: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
        guard addsPrefixSpace, let first = source.first, first != 0x20 else {
            encodePieces(of: source, into: &ids)
            return
        }
        ([0x20] + Array(source)).withUnsafeBufferPointer { encodePieces(of: $0, into: &ids) }
    }

    private func encodePieces(of source: UnsafeBufferPointer<UInt8>, into ids: inout [Int]) {
        let bytes = UnsafeRawBufferPointer(source)
        model.withWorkspace { workspace in
            let words = workspace.rawWords
            pattern.forEachPiece(of: source) { range, _ in
                let word = UnsafeRawBufferPointer(rebasing: bytes[range])
                let hash = WordCache.hash(word)
                if let found = words.find(word, hash: hash) {
                    for token in found { ids.append(Int(token.id)) }
                } else {
                    workspace.encode(bytes: word, hash: hash, byteIDs: byteIDs, with: model, into: &ids)
                }
            }
        }
    }
}
