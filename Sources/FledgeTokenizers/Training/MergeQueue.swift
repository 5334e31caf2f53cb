/// The pairs that may be merged next, the most frequent first, of equally frequent ones that with the lower ids.
///
/// It is a heap whose counts may be older than the truth: they are corrected when a pair comes to the top.
struct MergeQueue {
    /// A pair, and the words in which it was seen to arise.
    struct Entry {
        var count: Int
        /// `left << 32 | right`.
        var key: UInt64
        /// The pair's number in ``PairCounts``.
        var pair: Int32
        /// The number of the list of words.
        var list: Int32

        @inline(__always)
        func comes(before other: Entry) -> Bool {
            if count != other.count { return count > other.count }
            return key != other.key ? key < other.key : list < other.list
        }
    }

    private var entries: [Entry] = []

    /// Makes a queue of entries in any order.
    init(_ entries: [Entry]) {
        self.entries = entries
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var index = entries.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard entry.comes(before: entries[parent]) else { break }
            entries[index] = entries[parent]
            index = parent
        }
        entries[index] = entry
    }

    /// The first entry, which stays.
    var first: Entry? { entries.first }

    /// Corrects the count of the first entry, which finds its new place.
    mutating func correctFirst(count: Int) {
        entries[0].count = count
        sink(0)
    }

    mutating func removeFirst() {
        let last = entries.removeLast()
        guard !entries.isEmpty else { return }
        entries[0] = last
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        entries.withUnsafeMutableBufferPointer { entries in
            let entry = entries[start]
            var index = start
            while true {
                var child = 2 * index + 1
                guard child < entries.count else { break }
                if child + 1 < entries.count, entries[child + 1].comes(before: entries[child]) { child += 1 }
                guard entries[child].comes(before: entry) else { break }
                entries[index] = entries[child]
                index = child
            }
            entries[index] = entry
        }
    }
}
