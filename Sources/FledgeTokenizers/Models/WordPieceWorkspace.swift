/// The memory that encoding with WordPiece needs, kept from one word and one text to the next.
final class WordPieceWorkspace {
    private var tokens: [WordToken] = []
    private let cache = WordCache()
    private lazy var writtenCache = WordCache()

    /// The memory of words as they stand in texts, before they are normalized and cut, for callers that do that
    /// themselves. Their tokens have no places.
    var writtenWords: WordCache { writtenCache }

    /// Finds the tokens of a word, from the cache if it is there.
    @inline(__always)
    func encode(
        _ word: UnsafeRawBufferPointer, with model: WordPieceModel, _ emit: (WordToken) -> Void
    ) {
        let isCached = word.count <= WordCache.longestWord
        let hash = isCached ? WordCache.hash(word) : 0
        if isCached, let found = cache.find(word, hash: hash) {
            for token in found {
                emit(.init(id: token.id, start: Int(token.start), end: Int(token.end), isByte: token.isByte))
            }
            return
        }
        tokens.removeAll(keepingCapacity: true)
        model.search(word, into: &tokens)
        if isCached { cache.insert(word, hash: hash, tokens) }
        for token in tokens { emit(token) }
    }

    /// Remembers the ids of a word as it stands in texts, if it is not too long.
    func insertWritten(_ word: UnsafeRawBufferPointer, hash: UInt64, _ ids: ArraySlice<Int>) {
        writtenCache.insert(word, hash: hash, ids.map { .init(id: Int32($0), start: 0, end: 0, isByte: true) })
    }
}
