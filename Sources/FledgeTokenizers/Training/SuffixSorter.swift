/// Sorts the suffixes of words, up to a depth (Bentley and Sedgewick, "Fast Algorithms for Sorting and Searching
/// Strings", 1997). No suffix goes beyond its word, so that they are short, and the depth bounds those that are not.
enum SuffixSorter {
    /// The places of a text in the order of what begins there, without those where a 0 stands.
    ///
    /// - Parameters:
    ///   - text: words with a 0 after each.
    ///   - symbolCount: one more than the largest number in the text.
    ///   - depth: how many symbols are compared; suffixes that agree in them are in the order of the text.
    ///   - threads: how many threads sort.
    /// - Returns: the places.
    static func sort(_ text: [Int32], symbolCount: Int, depth: Int, threads: Int) -> [Int32] {
        var starts = [Int](repeating: 0, count: symbolCount + 1)
        for symbol in text where symbol > 0 { starts[Int(symbol) + 1] += 1 }
        for symbol in 1..<max(starts.count, 1) { starts[symbol] += starts[symbol - 1] }
        var places = [Int32](repeating: 0, count: starts.last ?? 0)
        var next = starts
        for (place, symbol) in text.enumerated() where symbol > 0 {
            places[next[Int(symbol)]] = Int32(truncatingIfNeeded: place)
            next[Int(symbol)] += 1
        }
        let buckets = (1..<max(symbolCount, 1)).map { starts[$0]..<next[$0] }.filter { $0.count > 1 }
        let shares = SuffixSorter.shares(of: buckets, count: threads)
        text.withUnsafeBufferPointer { text in
            places.withUnsafeMutableBufferPointer { places in
                let memory = TrainingThreads.Shared((text: text, places: places))
                TrainingThreads.run(threads) { thread in
                    var run = Run(text: memory.value.text, places: memory.value.places, depth: depth)
                    for bucket in shares[thread] { run.sort(bucket, depth: 1) }
                }
            }
        }
        return places
    }

    /// Deals buckets out so that all threads have about as many suffixes.
    private static func shares(of buckets: [Range<Int>], count: Int) -> [[Range<Int>]] {
        var shares = [[Range<Int>]](repeating: [], count: count)
        var sizes = [Int](repeating: 0, count: count)
        for bucket in buckets.sorted(by: { $0.count > $1.count }) {
            let least = sizes.indices.min { sizes[$0] < sizes[$1] } ?? 0
            shares[least].append(bucket)
            sizes[least] += bucket.count
        }
        return shares
    }

    /// One thread's work.
    private struct Run {
        let text: UnsafeBufferPointer<Int32>
        let places: UnsafeMutableBufferPointer<Int32>
        let depth: Int
        private var open: [(range: Range<Int>, depth: Int)] = []

        init(text: UnsafeBufferPointer<Int32>, places: UnsafeMutableBufferPointer<Int32>, depth: Int) {
            self.text = text
            self.places = places
            self.depth = depth
        }

        @inline(__always)
        private func symbol(_ index: Int, _ depth: Int) -> Int32 { text[Int(places[index]) + depth] }

        mutating func sort(_ range: Range<Int>, depth first: Int) {
            open.append((range, first))
            while let (range, at) = open.popLast() {
                guard at < depth, range.count > 1 else { continue }
                if range.count <= 12 {
                    sortFew(range, at)
                    continue
                }
                let pivot = pivot(range, at)
                var low = range.lowerBound
                var index = low
                var high = range.upperBound
                while index < high {
                    let value = symbol(index, at)
                    if value < pivot {
                        places.swapAt(low, index)
                        low += 1
                        index += 1
                    } else if value > pivot {
                        high -= 1
                        places.swapAt(index, high)
                    } else {
                        index += 1
                    }
                }
                open.append((range.lowerBound..<low, at))
                open.append((high..<range.upperBound, at))
                if pivot > 0 {
                    open.append((low..<high, at + 1))
                } else {
                    places[low..<high].sort()
                }
            }
        }

        private func pivot(_ range: Range<Int>, _ at: Int) -> Int32 {
            let first = symbol(range.lowerBound, at)
            let middle = symbol(range.lowerBound + range.count / 2, at)
            let last = symbol(range.upperBound - 1, at)
            return max(min(first, middle), min(max(first, middle), last))
        }

        private func sortFew(_ range: Range<Int>, _ at: Int) {
            for index in range.dropFirst() {
                let place = places[index]
                var hole = index
                while hole > range.lowerBound, comes(place, before: places[hole - 1], from: at) {
                    places[hole] = places[hole - 1]
                    hole -= 1
                }
                places[hole] = place
            }
        }

        private func comes(_ one: Int32, before other: Int32, from start: Int) -> Bool {
            var at = start
            while at < depth {
                let (first, second) = (text[Int(one) + at], text[Int(other) + at])
                if first != second { return first < second }
                if first == 0 { break }
                at += 1
            }
            return one < other
        }
    }
}
