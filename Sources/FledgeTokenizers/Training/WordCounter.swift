#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How often each word of a corpus occurs.
///
/// ```
/// bytes   the different words, one after the other
/// ends    where each ends                counts   how often it occurs
/// slots   hash's upper half | 1 + number of a word, at its hash      open addressing, 0 where free
/// ```
package struct WordCounter: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    private(set) var counts: [Int] = []
    private var hashes: [UInt64] = []
    private var slots = [UInt64](repeating: 0, count: 1 << 12)

    /// No words.
    package init() {}

    /// How many different words there are.
    package var count: Int { ends.count }

    /// The bytes of word number `index`.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// Counts a word.
    package mutating func add(_ word: String, count: Int = 1) {
        var word = word
        word.withUTF8 { add(UnsafeRawBufferPointer($0), count: count) }
    }

    /// Counts a word; the empty one is none.
    @inline(__always)
    mutating func add(_ word: UnsafeRawBufferPointer, count: Int = 1) {
        guard let base = word.baseAddress, !word.isEmpty else { return }
        add(base, word.count, hash: ByteHash.hash(word, seed: ByteHash.seed), count: count)
    }

    private mutating func add(_ base: UnsafeRawPointer, _ length: Int, hash: UInt64, count: Int) {
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let found = slots.withUnsafeBufferPointer { slots in
            bytes.withUnsafeBytes { known in
                ends.withUnsafeBufferPointer { ends -> Int in
                    let mask = slots.count - 1
                    var slot = Int(truncatingIfNeeded: hash >> 4) & mask
                    while slots[slot] != 0 {
                        if slots[slot] & 0xFFFF_FFFF_0000_0000 == tag {
                            let number = Int(slots[slot] & 0xFFFF_FFFF) - 1
                            let start = number == 0 ? 0 : ends[number - 1]
                            if ends[number] - start == length, let words = known.baseAddress,
                                memcmp(words + start, base, length) == 0
                            {
                                return number
                            }
                        }
                        slot = (slot + 1) & mask
                    }
                    return -1 - slot
                }
            }
        }
        if found >= 0 {
            counts[found] += count
            return
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: base, count: length))
        ends.append(bytes.count)
        counts.append(count)
        hashes.append(hash)
        slots[-1 - found] = tag | UInt64(ends.count)
        if ends.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        var larger = [UInt64](repeating: 0, count: slots.count * 4)
        let mask = larger.count - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash >> 4) & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(number + 1)
        }
        slots = larger
    }

    /// Adds the words of another corpus.
    mutating func merge(_ other: WordCounter) {
        guard count > 0 else {
            self = other
            return
        }
        other.bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            for number in 0..<other.count {
                let range = other.range(number)
                add(base + range.lowerBound, range.count, hash: other.hashes[number], count: other.counts[number])
            }
        }
    }

    /// The numbers of the words, the most frequent first, equally frequent ones by their bytes, so that nothing depends
    /// on the order in which they were counted.
    func sortedByFrequency() -> [Int] {
        bytes.withUnsafeBytes { bytes in
            (0..<count).sorted { first, second in
                if counts[first] != counts[second] { return counts[first] > counts[second] }
                let (one, other) = (range(first), range(second))
                guard let base = bytes.baseAddress else { return false }
                let order = memcmp(base + one.lowerBound, base + other.lowerBound, min(one.count, other.count))
                return order == 0 ? one.count < other.count : order < 0
            }
        }
    }
}

extension WordCounter {
    /// The words' parts between certain characters.
    func cut(at isCut: (UInt32) -> Bool) -> WordCounter {
        var result = WordCounter()
        bytes.withUnsafeBufferPointer { bytes in
            for number in 0..<count {
                let range = range(number)
                var start = range.lowerBound
                var index = start
                while index < range.upperBound {
                    let length = UTF8Scan.length(bytes[index])
                    if isCut(UTF8Scan.scalar(at: index, length: length, in: bytes)) {
                        result.add(
                            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<index]),
                            count: counts[number])
                        start = index + length
                    }
                    index += length
                }
                result.add(
                    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<index]),
                    count: counts[number])
            }
        }
        return result
    }
}
