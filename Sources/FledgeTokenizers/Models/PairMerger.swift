/// Merges neighbouring symbols, the pair of the lowest rank first and of equal ones the leftmost
/// (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016, section 3.2), and keeps the
/// memory for it from one word to the next.
final class PairMerger {
    /// A symbol and where in the word it ends.
    struct Symbol {
        var id: Int32
        var end: Int32
    }

    /// From so many symbols on a heap is used, which takes O(n log n) time.
    private static let longestScan = 40

    /// The symbols of the word, in order, with no gaps between them; the first begins at 0.
    var symbols: [Symbol] = []
    private var merges: [MergeTable.Merge] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap = RankHeap()

    /// Merges until nothing merges any more.
    ///
    /// - Parameters:
    ///   - table: what merges.
    ///   - found: called with every pair as it is found to merge, in SentencePiece's order; only the heap tells of
    ///     it, so giving it makes the heap be used.
    func merge(with table: MergeTable, found: ((Int32, Int32, Int32) -> Void)? = nil) {
        guard symbols.count > 1 else { return }
        table.withView { table in
            if symbols.count <= PairMerger.longestScan, found == nil {
                scan(table)
            } else {
                mergeByHeap(table, found)
            }
        }
    }

    private func scan(_ table: MergeTable.View) {
        var count = symbols.count
        if merges.count < PairMerger.longestScan {
            merges = [MergeTable.Merge](repeating: .none, count: PairMerger.longestScan)
        }
        symbols.withUnsafeMutableBufferPointer { symbols in
            merges.withUnsafeMutableBufferPointer { merges in
                for index in 0..<(count - 1) { merges[index] = table.merge(symbols[index].id, symbols[index + 1].id) }
                while count > 1 {
                    var best = 0
                    var rank = merges[0].rank
                    for index in 1..<max(count - 1, 1) where merges[index].rank < rank {
                        rank = merges[index].rank
                        best = index
                    }
                    guard rank != .max else { break }
                    symbols[best] = Symbol(id: merges[best].symbol, end: symbols[best + 1].end)
                    for index in (best + 1)..<max(count - 1, best + 1) {
                        symbols[index] = symbols[index + 1]
                        merges[index - 1] = merges[index]
                    }
                    count -= 1
                    if best > 0 { merges[best - 1] = table.merge(symbols[best - 1].id, symbols[best].id) }
                    if best < count - 1 { merges[best] = table.merge(symbols[best].id, symbols[best + 1].id) }
                }
            }
        }
        symbols.removeLast(symbols.count - count)
    }

    private func mergeByHeap(_ table: MergeTable.View, _ found: ((Int32, Int32, Int32) -> Void)?) {
        let count = symbols.count
        next = (1...count).map { Int32(truncatingIfNeeded: $0) }
        previous = (-1..<(count - 1)).map { Int32(truncatingIfNeeded: $0) }
        heap.removeAll()
        func offer(_ left: Int, _ right: Int) {
            let merge = table.merge(symbols[left].id, symbols[right].id)
            guard merge.rank != .max else { return }
            found?(symbols[left].id, symbols[right].id, merge.symbol)
            heap.push(rank: merge.rank, place: UInt32(truncatingIfNeeded: left))
        }
        for index in 1..<count { offer(index - 1, index) }
        // A symbol that was merged into another has this id, which is in no merge.
        let gone = Int32.min
        while let top = heap.pop() {
            let left = Int(top.place)
            let right = Int(next[left])
            guard symbols[left].id != gone, right < count else { continue }
            // What is in the heap may be about symbols that have changed since.
            let merge = table.merge(symbols[left].id, symbols[right].id)
            guard merge.rank == top.rank else { continue }
            symbols[left] = Symbol(id: merge.symbol, end: symbols[right].end)
            symbols[right].id = gone
            next[left] = next[right]
            if Int(next[left]) < count { previous[Int(next[left])] = Int32(truncatingIfNeeded: left) }
            if previous[left] >= 0 { offer(Int(previous[left]), left) }
            if Int(next[left]) < count { offer(left, Int(next[left])) }
        }
        symbols.removeAll { $0.id == gone }
        // A long text must not keep its memory for ever.
        if count > 1 << 20 {
            next = []
            previous = []
            heap = RankHeap()
        }
    }
}

/// A binary heap of places by rank, equal ranks by place.
struct RankHeap {
    private var items: [UInt64] = []

    mutating func removeAll() { items.removeAll(keepingCapacity: true) }

    mutating func push(rank: UInt32, place: UInt32) {
        let item = UInt64(rank) << 32 | UInt64(place)
        var index = items.count
        items.append(item)
        while index > 0 {
            let parent = (index - 1) / 2
            guard items[parent] > item else { break }
            items[index] = items[parent]
            index = parent
        }
        items[index] = item
    }

    mutating func pop() -> (rank: UInt32, place: UInt32)? {
        guard let top = items.first, let item = items.popLast() else { return nil }
        if !items.isEmpty {
            var index = 0
            while true {
                var child = index * 2 + 1
                guard child < items.count else { break }
                if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
                guard items[child] < item else { break }
                items[index] = items[child]
                index = child
            }
            items[index] = item
        }
        return (UInt32(truncatingIfNeeded: top >> 32), UInt32(truncatingIfNeeded: top))
    }
}
