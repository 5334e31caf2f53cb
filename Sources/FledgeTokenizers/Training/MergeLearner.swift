/// Merges pairs in words, and keeps count of the pairs.
///
/// ```
/// symbols       the words' symbols, one word after the other; a word that shrinks leaves a gap after it
/// starts        where each word begins          lengths    how many symbols it has left
/// members       lists of words, one after the other: for each entry of the queue the words in which its pair arose
/// ```
struct MergeLearner {
    private var symbols: [Int32] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var wordCounts: [Int] = []
    private var pairs = PairCounts(capacity: 1 << 14)
    private var members: [Int32] = []
    private var lists: [Range<Int>] = []
    private var queue = MergeQueue([])
    /// The pairs that the current merge makes: which pair in which word.
    private var arisen: [(pair: Int32, word: Int32)] = []
    /// For each pair how often it is in ``arisen``, and the merge and word that put it there last.
    private var arisenCounts: [Int] = []
    private var arisenLast: [UInt64] = []
    private var touched: [Int32] = []

    /// Longer words are cut, because a merge looks at all of a word: otherwise a text without spaces would take time
    /// that is quadratic in its length. Pairs across a cut are not counted.
    private static let longestWord = 1024

    /// Spells words with the symbols of an alphabet. Words of one symbol have no pairs and are left out.
    init(words: WordCounter, alphabet: BPEAlphabet) {
        symbols.reserveCapacity(words.bytes.count)
        words.bytes.withUnsafeBufferPointer { bytes in
            for number in 0..<words.count {
                var start = symbols.count
                alphabet.append(bytes, words.range(number), to: &symbols)
                while symbols.count - start > 1 {
                    let length = min(symbols.count - start, MergeLearner.longestWord)
                    starts.append(start)
                    lengths.append(Int32(truncatingIfNeeded: length))
                    wordCounts.append(words.counts[number])
                    start += length
                }
                symbols.removeSubrange(start...)
            }
        }
    }

    /// Counts all pairs and fills the queue.
    mutating func countPairs() {
        for word in starts.indices {
            let end = starts[word] + Int(lengths[word])
            for index in starts[word]..<(end - 1) {
                add(PairCounts.key(symbols[index], symbols[index + 1]), wordCounts[word], word: word, merge: 0)
            }
        }
        queue = MergeQueue(collectLists())
    }

    /// Merges until the vocabulary is full or no pair is frequent enough.
    ///
    /// - Returns: the merges in their order. One that is found twice counts as it is found the second time.
    mutating func learn(
        into alphabet: inout BPEAlphabet, vocabularySize: Int, minimumFrequency: Int, lengthLimit: Int?,
        progress: TrainingProgress.Handler?
    ) -> [(left: Int32, right: Int32)] {
        var found: [UInt64] = []
        var tokenLengths = [Int32](repeating: 1, count: alphabet.pieces.count)
        while alphabet.pieces.count < vocabularySize, let top = queue.first {
            let count = pairs.counts[Int(top.pair)]
            guard top.count == count else {
                queue.correctFirst(count: count)
                continue
            }
            guard count >= max(minimumFrequency, 1) else { break }
            queue.removeFirst()
            let left = Int32(truncatingIfNeeded: top.key >> 32)
            let right = Int32(truncatingIfNeeded: top.key & 0xFFFF_FFFF)
            let merged = alphabet.merged(left, right)
            let length = tokenLengths[Int(left)] + tokenLengths[Int(right)]
            if Int(merged) == tokenLengths.count { tokenLengths.append(0) }
            tokenLengths[Int(merged)] = length
            found.append(top.key)
            for index in lists[Int(top.list)] {
                merge(
                    left, right, into: merged, word: Int(members[index]), number: found.count,
                    lengths: lengthLimit.map { ($0 - Int(length), tokenLengths) })
            }
            for entry in collectLists() { queue.push(entry) }
            if found.count % 256 == 0 {
                progress?(
                    TrainingProgress(stage: .learning, completed: alphabet.pieces.count, total: vocabularySize))
            }
        }
        var seen = Set<UInt64>()
        return found.reversed().filter { seen.insert($0).inserted }.reversed().map {
            (Int32(truncatingIfNeeded: $0 >> 32), Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF))
        }
    }

    /// Merges a pair in a word. If pieces have a limit, `limit` says how long a neighbour must not be, and how long
    /// pieces are.
    private mutating func merge(
        _ left: Int32, _ right: Int32, into merged: Int32, word: Int, number: Int,
        lengths limit: (room: Int, lengths: [Int32])?
    ) {
        let start = starts[word]
        let end = start + Int(lengths[word])
        let count = wordCounts[word]
        func fits(_ neighbour: Int32) -> Bool {
            guard let limit else { return true }
            return Int(limit.lengths[Int(neighbour)]) < limit.room
        }
        var read = start
        var write = start
        while read < end {
            let symbol = symbols[read]
            guard symbol == left, read + 1 < end, symbols[read + 1] == right else {
                symbols[write] = symbol
                write += 1
                read += 1
                continue
            }
            if write > start {
                let before = symbols[write - 1]
                remove(PairCounts.key(before, left), count)
                if fits(before) { add(PairCounts.key(before, merged), count, word: word, merge: number) }
            }
            if read + 2 < end {
                let after = symbols[read + 2]
                remove(PairCounts.key(right, after), count)
                if fits(after) { add(PairCounts.key(merged, after), count, word: word, merge: number) }
            }
            symbols[write] = merged
            write += 1
            read += 2
        }
        lengths[word] = Int32(truncatingIfNeeded: write - start)
    }

    @inline(__always)
    private mutating func remove(_ key: UInt64, _ count: Int) {
        let pair = pairs.number(of: key)
        pairs.counts[pair] -= count
    }

    @inline(__always)
    private mutating func add(_ key: UInt64, _ count: Int, word: Int, merge: Int) {
        let pair = pairs.number(of: key)
        pairs.counts[pair] += count
        while arisenCounts.count <= pair {
            arisenCounts.append(0)
            arisenLast.append(.max)
        }
        let place = UInt64(truncatingIfNeeded: merge) << 32 | UInt64(truncatingIfNeeded: word)
        guard arisenLast[pair] != place else { return }
        arisenLast[pair] = place
        if arisenCounts[pair] == 0 { touched.append(Int32(truncatingIfNeeded: pair)) }
        arisenCounts[pair] += 1
        arisen.append((Int32(truncatingIfNeeded: pair), Int32(truncatingIfNeeded: word)))
    }

    /// Makes a list of words of every pair that has arisen, and gives an entry to those that occur.
    private mutating func collectLists() -> [MergeQueue.Entry] {
        var next = members.count
        for pair in touched {
            let size = arisenCounts[Int(pair)]
            lists.append(next..<next + size)
            arisenCounts[Int(pair)] = next
            next += size
        }
        members.append(contentsOf: repeatElement(0, count: next - members.count))
        for item in arisen {
            let place = arisenCounts[Int(item.pair)]
            members[place] = item.word
            arisenCounts[Int(item.pair)] = place + 1
        }
        let firstList = lists.count - touched.count
        var entries: [MergeQueue.Entry] = []
        entries.reserveCapacity(touched.count)
        for (offset, pair) in touched.enumerated() {
            arisenCounts[Int(pair)] = 0
            let count = pairs.counts[Int(pair)]
            guard count > 0 else { continue }
            entries.append(
                MergeQueue.Entry(
                    count: count, key: pairs.keys[Int(pair)], pair: pair,
                    list: Int32(truncatingIfNeeded: firstList + offset)))
        }
        touched.removeAll(keepingCapacity: true)
        arisen.removeAll(keepingCapacity: true)
        return entries
    }
}
