/// The memory that encoding needs, kept from one word and one text to the next.
final class UnigramWorkspace {
    /// The best way to reach a place in a word.
    private struct Arrival {
        var score: Double
        /// Where the last piece of the way starts, or −1 while the place has not been reached.
        var start: Int
        var id: Int32
    }

    private var arrivals: [Arrival] = []
    private var tokens: [WordToken] = []
    private let cache = WordCache()
    /// Words that are looked up without the prefix that the model sees them with.
    private lazy var prefixedCache = WordCache()
    private var prefixed: [UInt8] = []

    /// Finds the tokens of a word, from the cache if it is there.
    @inline(__always)
    func encode(_ word: UnsafeRawBufferPointer, with model: UnigramModel, _ emit: (WordToken) -> Void) {
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

    /// The memory of words that are encoded with a prefix, for callers that look words up themselves.
    var prefixedWords: WordCache { prefixedCache }

    /// Finds the ids of a prefix and a word together and remembers them under the word alone; the prefix must be the
    /// same in all calls.
    func encode(
        _ word: UnsafeRawBufferPointer, hash: UInt64, prefix: [UInt8], with model: UnigramModel, into ids: inout [Int]
    ) {
        prefixed.removeAll(keepingCapacity: true)
        prefixed.append(contentsOf: prefix)
        prefixed.append(contentsOf: word)
        prefixed.withUnsafeBytes { search($0, with: model) }
        prefixedCache.insert(word, hash: hash, tokens)
        for token in tokens { ids.append(Int(token.id)) }
    }

    /// Fills ``tokens`` by the Viterbi algorithm over the bytes.
    private func search(_ word: UnsafeRawBufferPointer, with model: UnigramModel) {
        tokens.removeAll(keepingCapacity: true)
        guard !word.isEmpty else { return }
        let places = word.count + 1
        if arrivals.count < places {
            arrivals = [Arrival](repeating: Arrival(score: 0, start: -1, id: 0), count: max(places, 256))
        }
        arrivals.withUnsafeMutableBufferPointer { arrivals in
            for index in 0..<places { arrivals[index].start = -1 }
            arrivals[0].score = 0
            switch model.arithmetic {
            case .double: UnigramWorkspace.fill(arrivals, word, model) { $0 }
            case .float: UnigramWorkspace.fill(arrivals, word, model) { Double(Float($0)) }
            }
        }
        backtrack(word, with: model)
        // A long text must not keep its memory for ever.
        if arrivals.count > 1 << 20 { arrivals = [] }
    }

    /// Goes over the word once; at every character it extends the best way there by every piece that fits.
    @inline(__always)
    private static func fill(
        _ arrivals: UnsafeMutableBufferPointer<Arrival>, _ word: UnsafeRawBufferPointer, _ model: UnigramModel,
        rounded: (Double) -> Double
    ) {
        let count = word.count
        let unknownID = Int32(model.unknownID)
        let unknownScore = model.unknownScore
        model.trie.nodes.withUnsafeBufferPointer { nodes in
            model.scores.withUnsafeBufferPointer { scores in
                var start = 0
                while start < count {
                    let here = arrivals[start].score
                    let next = min(start + UTF8Scan.length(word[start]), count)
                    var hasSingle = false
                    var node = 0
                    var end = start
                    while end < count {
                        let child = Int(nodes[node].base) + Int(word[end])
                        guard nodes[child].parent == node else { break }
                        node = child
                        end += 1
                        let id = nodes[node].value
                        guard id >= 0 else { continue }
                        let candidate = rounded(scores[Int(id)] + here)
                        if arrivals[end].start < 0 || candidate > arrivals[end].score {
                            arrivals[end] = Arrival(score: candidate, start: start, id: id)
                        }
                        if end == next { hasSingle = true }
                    }
                    if !hasSingle {
                        let candidate = rounded(unknownScore + here)
                        if arrivals[next].start < 0 || candidate > arrivals[next].score {
                            arrivals[next] = Arrival(score: candidate, start: start, id: unknownID)
                        }
                    }
                    start = next
                }
            }
        }
    }

    /// Collects the pieces of the best way, neighbouring unknown ones as one.
    private func backtrack(_ word: UnsafeRawBufferPointer, with model: UnigramModel) {
        let unknownID = Int32(model.unknownID)
        var end = word.count
        while end > 0 {
            var arrival = arrivals[end]
            guard arrival.start >= 0 else { break }
            let id = arrival.id
            if id == unknownID {
                while arrival.start > 0, arrivals[arrival.start].id == unknownID { arrival = arrivals[arrival.start] }
                appendUnknown(word, arrival.start..<end, with: model)
            } else {
                tokens.append(.init(id: id, start: arrival.start, end: end, isByte: false))
            }
            end = arrival.start
        }
        tokens.reverse()
    }

    private func appendUnknown(_ word: UnsafeRawBufferPointer, _ range: Range<Int>, with model: UnigramModel) {
        let start = range.lowerBound
        let end = range.upperBound
        // `tokenizers` looks the joined text up again, so that the text of a piece gets that piece's id.
        if model.arithmetic == .double, let id = model.trie.value(of: word[range]) {
            tokens.append(.init(id: Int32(id), start: start, end: end, isByte: false))
        } else if let byteIDs = model.byteIDs, !word[range].contains(where: { byteIDs[Int($0)] < 0 }) {
            for byte in word[range].reversed() {
                tokens.append(.init(id: byteIDs[Int(byte)], start: start, end: end, isByte: true))
            }
        } else {
            tokens.append(.init(id: Int32(model.unknownID), start: start, end: end, isByte: false))
        }
    }
}
