/// Normalizer, pre-tokenizer and WordPiece in one pass, for BERT's tokenizers when only ids are wanted.
///
/// A word as it stands in the text, between ASCII white space and punctuation, is looked up in a memory of such words;
/// the first time it goes through the stages themselves. That is exact because those stages look at no more than a
/// starter and the marks after it, and white space and punctuation of ASCII are starters that nothing composes with.
struct FusedWordPieceEncoder: FusedEncoder {
    private enum ByteClass: UInt8 { case word, space, punctuation }

    private let normalizer: BertNormalizer?
    private let model: WordPieceModel
    private let classes: [UInt8]
    /// The id of each punctuation character.
    private let punctuation: [Int32]

    /// Nil if the stages are not those that this can stand in for.
    init?(normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?, model: any TokenizationModel) {
        guard let model = model as? WordPieceModel, preTokenizer is BertPreTokenizer else { return nil }
        let bert = normalizer as? BertNormalizer
        guard normalizer == nil || bert != nil else { return nil }
        self.normalizer = bert
        self.model = model
        var classes = [UInt8](repeating: ByteClass.word.rawValue, count: 256)
        var punctuation = [Int32](repeating: 0, count: 128)
        for byte in UInt8(0x21)..<0x7F where CharacterProperties.of(UInt32(byte)).contains(.punctuation) {
            classes[Int(byte)] = ByteClass.punctuation.rawValue
            var tokens: [WordToken] = []
            withUnsafeBytes(of: byte) { model.search($0, into: &tokens) }
            punctuation[Int(byte)] = tokens[0].id
        }
        // Other white space of ASCII is a control character, which the normalizer may remove.
        for byte in [0x09, 0x0A, 0x0D, 0x20] { classes[byte] = ByteClass.space.rawValue }
        self.classes = classes
        self.punctuation = punctuation
    }

    func encode(_ source: UnsafeBufferPointer<UInt8>, isStart: Bool, into ids: inout [Int]) {
        model.withWorkspace { workspace in
            let words = workspace.writtenWords
            classes.withUnsafeBufferPointer { classes in
                punctuation.withUnsafeBufferPointer { punctuation in
                    var index = 0
                    while index < source.count {
                        let start = index
                        while index < source.count, classes[Int(source[index])] == ByteClass.word.rawValue {
                            index &+= 1
                        }
                        if start < index {
                            let word = UnsafeBufferPointer(rebasing: source[start..<index])
                            encode(word, workspace, words, into: &ids)
                        }
                        if index < source.count {
                            let byte = Int(source[index])
                            if classes[byte] == ByteClass.punctuation.rawValue { ids.append(Int(punctuation[byte])) }
                            index &+= 1
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func encode(
        _ word: UnsafeBufferPointer<UInt8>, _ workspace: WordPieceWorkspace, _ words: WordCache,
        into ids: inout [Int]
    ) {
        let bytes = UnsafeRawBufferPointer(word)
        guard bytes.count <= WordCache.longestWord else { return encodeByStages(word, workspace, into: &ids) }
        let hash = WordCache.hash(bytes)
        if let found = words.find(bytes, hash: hash) {
            for token in found { ids.append(Int(token.id)) }
        } else {
            let first = ids.count
            encodeByStages(word, workspace, into: &ids)
            workspace.insertWritten(bytes, hash: hash, ids[first...])
        }
    }

    @inline(never)
    private func encodeByStages(
        _ word: UnsafeBufferPointer<UInt8>, _ workspace: WordPieceWorkspace, into ids: inout [Int]
    ) {
        var text = AlignedText(original: word, range: 0..<word.count, isTracked: false)
        normalizer?.normalize(&text)
        var parts = PreTokenizedText(capacity: text.bytes.count, isTracked: false)
        parts.append(text, 0..<text.bytes.count)
        BertPreTokenizer().split(&parts)
        parts.text.bytes.withUnsafeBytes { bytes in
            for split in parts.splits {
                workspace.encode(UnsafeRawBufferPointer(rebasing: bytes[split.range]), with: model) { token in
                    ids.append(Int(token.id))
                }
            }
        }
    }
}
