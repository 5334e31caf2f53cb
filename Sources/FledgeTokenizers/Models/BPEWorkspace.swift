/// A model that merges pairs of symbols.
protocol PairMergingModel: TokenizationModel {
    /// Lends the memory that encoding needs.
    func withWorkspace<Result>(_ body: (BPEWorkspace) -> Result) -> Result

    /// Fills the workspace's tokens with those of a word as the model sees it.
    func search(_ word: UnsafeRawBufferPointer, in workspace: BPEWorkspace)

    /// Where texts that are one word may be cut, or nil if nowhere.
    func cutTable() -> CutTable?
}

/// The memory that byte-pair encoding needs, kept from one word and one text to the next.
final class BPEWorkspace {
    let merger = PairMerger()
    var tokens: [WordToken] = []
    private var scratch: [UInt8] = []
    private lazy var cache = WordCache()
    /// The memory of words that are looked up before they are spelled as the model sees them.
    private(set) lazy var rawWords = WordCache()

    /// Finds the tokens of a word as the model sees it, from the cache if they are there.
    @inline(__always)
    func encode(_ word: UnsafeRawBufferPointer, with model: some PairMergingModel, _ emit: (WordToken) -> Void) {
        guard word.count <= WordCache.longestWord else {
            model.search(word, in: self)
            for token in tokens { emit(token) }
            return
        }
        let hash = WordCache.hash(word)
        if let found = cache.find(word, hash: hash) {
            for token in found {
                emit(WordToken(id: token.id, start: Int(token.start), end: Int(token.end), isByte: token.isByte))
            }
            return
        }
        model.search(word, in: self)
        cache.insert(word, hash: hash, tokens)
        for token in tokens { emit(token) }
    }

    /// Finds the ids of the bytes of a word with a byte-level vocabulary, and remembers them in ``rawWords``.
    func encode(
        bytes word: UnsafeRawBufferPointer, hash: UInt64, byteIDs: [Int32], with model: BPEModel, into ids: inout [Int]
    ) {
        tokens.removeAll(keepingCapacity: true)
        if model.options.ignoresMerges, let id = wholeWord(bytes: word, with: model) {
            tokens.append(WordToken(id: id, start: 0, end: word.count, isByte: true))
        } else {
            merger.symbols.removeAll(keepingCapacity: true)
            for (index, byte) in word.enumerated() {
                merger.symbols.append(.init(id: byteIDs[Int(byte)], end: Int32(truncatingIfNeeded: index + 1)))
            }
            merger.merge(with: model.merges)
            takeSymbols(upTo: word.count)
        }
        rawWords.insert(word, hash: hash, tokens)
        for token in tokens { ids.append(Int(token.id)) }
    }

    private func wholeWord(bytes word: UnsafeRawBufferPointer, with model: BPEModel) -> Int32? {
        scratch.removeAll(keepingCapacity: true)
        for byte in word { scratch.append(contentsOf: ByteLevelAlphabet.utf8[Int(byte)]) }
        let id = scratch.withUnsafeBytes { model.vocabulary.id(of: $0) }
        return id < 0 ? nil : id
    }

    /// Finds the ids of a word that stands for another spelling, and remembers them under `word` in ``rawWords``.
    func encode(
        _ word: UnsafeRawBufferPointer, hash: UInt64, spelled spelling: UnsafeRawBufferPointer,
        with model: some PairMergingModel, into ids: inout [Int]
    ) {
        model.search(spelling, in: self)
        if spelling.count <= Int(UInt8.max) { rawWords.insert(word, hash: hash, tokens) }
        for token in tokens { ids.append(Int(token.id)) }
    }

    /// Makes tokens of the merged symbols. Where characters disappeared, `tokenizers` counts on without them, so the
    /// ends may lie before those of the word; with byte tokens for a suffix they may lie after.
    func takeSymbols(upTo count: Int) {
        var start = 0
        for symbol in merger.symbols {
            let end = Int(symbol.end)
            let last = min(end, count)
            tokens.append(WordToken(id: symbol.id, start: min(start, max(last - 1, 0)), end: last, isByte: true))
            start = end
        }
        if merger.symbols.capacity > 1 << 20 { merger.symbols = [] }
    }
}
