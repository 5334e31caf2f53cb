/// The memory that byte-pair encoding needs, kept from one word and one text to the next.
final class BPEWorkspace {
    private let merger = PairMerger()
    private var tokens: [WordToken] = []
    private var scratch: [UInt8] = []
    private lazy var cache = WordCache()
    /// The memory of words that are looked up before they are spelled as the model sees them.
    private(set) lazy var rawWords = WordCache()

    /// Finds the tokens of a word as the model sees it, from the cache if they are there.
    @inline(__always)
    func encode(_ word: UnsafeRawBufferPointer, with model: BPEModel, _ emit: (WordToken) -> Void) {
        guard word.count <= WordCache.longestWord else {
            search(word, with: model)
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
        search(word, with: model)
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
        _ word: UnsafeRawBufferPointer, hash: UInt64, spelled spelling: UnsafeRawBufferPointer, with model: BPEModel,
        into ids: inout [Int]
    ) {
        search(spelling, with: model)
        if spelling.count <= Int(UInt8.max) { rawWords.insert(word, hash: hash, tokens) }
        for token in tokens { ids.append(Int(token.id)) }
    }

    /// Fills ``tokens``.
    private func search(_ word: UnsafeRawBufferPointer, with model: BPEModel) {
        tokens.removeAll(keepingCapacity: true)
        if model.options.ignoresMerges {
            let id = model.vocabulary.id(of: word)
            if id >= 0 {
                tokens.append(WordToken(id: id, start: 0, end: word.count, isByte: true))
                return
            }
        }
        takeCharacters(of: word, with: model)
        merger.merge(with: model.merges)
        takeSymbols(upTo: word.count)
    }

    /// Makes tokens of the merged symbols. Where characters disappeared, `tokenizers` counts on without them, so the
    /// ends may lie before those of the word; with byte tokens for a suffix they may lie after.
    private func takeSymbols(upTo count: Int) {
        var start = 0
        for symbol in merger.symbols {
            let end = Int(symbol.end)
            let last = min(end, count)
            tokens.append(WordToken(id: symbol.id, start: min(start, max(last - 1, 0)), end: last, isByte: true))
            start = end
        }
        if merger.symbols.capacity > 1 << 20 { merger.symbols = [] }
    }

    private func takeCharacters(of word: UnsafeRawBufferPointer, with model: BPEModel) {
        let options = model.options
        merger.symbols.removeAll(keepingCapacity: true)
        var end: Int32 = 0
        /// Bytes of unknown characters that no token has been made for yet.
        var unknown: Int32 = 0
        func append(_ id: Int32, _ length: Int32) {
            end &+= length
            merger.symbols.append(.init(id: id, end: end))
        }
        func flush() {
            if unknown > 0, let id = options.unknownID { append(id, unknown) }
            unknown = 0
        }
        var index = 0
        while index < word.count {
            let length = min(UTF8Scan.length(word[index]), word.count - index)
            let character = UnsafeRawBufferPointer(rebasing: word[index..<index + length])
            let isFirst = index == 0
            index += length
            let isLast = index == word.count
            let isDecorated = (!isFirst && !options.prefix.isEmpty) || (isLast && !options.suffix.isEmpty)
            let spelling =
                isDecorated
                ? (isFirst ? [] : options.prefix) + Array(character) + (isLast ? options.suffix : []) : []
            let id = isDecorated ? model.vocabulary.id(of: spelling) : model.characterID(character)
            if id >= 0 {
                flush()
                append(id, Int32(length))
            } else if options.byteFallback, let bytes = byteTokens(isDecorated ? spelling : Array(character), model) {
                // Unknown characters before these bytes come after them: `tokenizers` does it so.
                for byte in bytes { append(byte, 1) }
            } else if options.unknownID != nil {
                if !options.fusesUnknown { flush() }
                unknown &+= Int32(length)
            }
        }
        flush()
    }

    private func byteTokens(_ bytes: [UInt8], _ model: BPEModel) -> [Int32]? {
        let ids = bytes.map { model.byteIDs[Int($0)] }
        return ids.contains(where: { $0 < 0 }) ? nil : ids
    }
}
