/// Remembers the tokens of words that were seen before.
///
/// It is bounded: when it is full it forgets everything and starts again. What it returns never depends on what it
/// remembers, only how fast.
///
/// ```
/// slots    hash | where the key is | where the tokens are      open addressing, hash 0 where free
/// keys     words, one after the other
/// tokens   tokens, one after the other
/// ```
final class WordCache {
    /// A token of a word.
    struct Token {
        var id: Int32
        /// Its bytes in the word.
        var start: UInt8
        var end: UInt8
        var isByte: Bool
    }

    private struct Slot {
        var hash: UInt64
        var keyStart: UInt32
        var tokenStart: UInt32
        var keyCount: UInt8
        var tokenCount: UInt8
    }

    /// The longest word, in bytes, that is remembered.
    static let longestWord = 64

    private static let slotCount = 1 << 15
    private static let largestFill = slotCount / 4 * 3
    private static let keyCapacity = slotCount * 10
    private static let tokenCapacity = slotCount * 3

    // Fixed memory rather than arrays: the inner loop of encoding is here, and every index that is used was stored
    // by `insert`, which checks the capacities.
    private let slots = UnsafeMutablePointer<Slot>.allocate(capacity: slotCount)
    private let keys = UnsafeMutablePointer<UInt8>.allocate(capacity: keyCapacity)
    private let tokens = UnsafeMutablePointer<Token>.allocate(capacity: tokenCapacity)
    private var fill = 0
    private var keyEnd = 0
    private var tokenEnd = 0

    init() {
        slots.initialize(
            repeating: Slot(hash: 0, keyStart: 0, tokenStart: 0, keyCount: 0, tokenCount: 0),
            count: WordCache.slotCount)
    }

    deinit {
        slots.deallocate()
        keys.deallocate()
        tokens.deallocate()
    }

    /// The hash that ``find(_:hash:)`` and ``insert(_:hash:_:)`` want.
    @inline(__always)
    static func hash(_ word: UnsafeRawBufferPointer) -> UInt64 { ByteHash.hash(word) }

    /// The tokens of a word, or nil if it is not remembered. They are valid until the next ``insert(_:hash:_:)``.
    @inline(__always)
    func find(_ word: UnsafeRawBufferPointer, hash: UInt64) -> UnsafeBufferPointer<Token>? {
        var index = Int(truncatingIfNeeded: hash >> 40) & (WordCache.slotCount &- 1)
        while slots[index].hash != 0 {
            let slot = slots[index]
            if slot.hash == hash, Int(slot.keyCount) == word.count, isKey(at: Int(slot.keyStart), equalTo: word) {
                return UnsafeBufferPointer(start: tokens + Int(slot.tokenStart), count: Int(slot.tokenCount))
            }
            index = (index &+ 1) & (WordCache.slotCount &- 1)
        }
        return nil
    }

    @inline(__always)
    private func isKey(at start: Int, equalTo word: UnsafeRawBufferPointer) -> Bool {
        guard let other = word.baseAddress else { return true }
        let key = UnsafeRawPointer(keys + start)
        let count = word.count
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                if (key + index).loadUnaligned(as: UInt64.self) != (other + index).loadUnaligned(as: UInt64.self) {
                    return false
                }
                index &+= 8
            }
            let last = count &- 8
            return (key + last).loadUnaligned(as: UInt64.self) == (other + last).loadUnaligned(as: UInt64.self)
        }
        for index in 0..<count
        where key.load(fromByteOffset: index, as: UInt8.self) != other.load(fromByteOffset: index, as: UInt8.self) {
            return false
        }
        return true
    }

    /// Remembers a word of at most ``longestWord`` bytes that ``find(_:hash:)`` did not find.
    func insert(_ word: UnsafeRawBufferPointer, hash: UInt64, _ new: [WordToken]) {
        guard word.count <= WordCache.longestWord, new.count <= Int(UInt8.max) else { return }
        if fill >= WordCache.largestFill || keyEnd + word.count > WordCache.keyCapacity
            || tokenEnd + new.count > WordCache.tokenCapacity
        {
            clear()
        }
        var index = Int(truncatingIfNeeded: hash >> 40) & (WordCache.slotCount - 1)
        while slots[index].hash != 0 { index = (index + 1) & (WordCache.slotCount - 1) }
        slots[index] = Slot(
            hash: hash, keyStart: UInt32(keyEnd), tokenStart: UInt32(tokenEnd), keyCount: UInt8(word.count),
            tokenCount: UInt8(new.count))
        for byte in word {
            keys[keyEnd] = byte
            keyEnd += 1
        }
        for token in new {
            tokens[tokenEnd] = Token(
                id: token.id, start: UInt8(token.start), end: UInt8(token.end), isByte: token.isByte)
            tokenEnd += 1
        }
        fill += 1
    }

    private func clear() {
        for index in 0..<WordCache.slotCount { slots[index].hash = 0 }
        fill = 0
        keyEnd = 0
        tokenEnd = 0
    }
}
