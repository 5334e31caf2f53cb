/// Pairs of neighbouring symbols: how often each occurs, by a number that is given to it when it is first seen.
struct PairCounts {
    /// `left << 32 | right` of each pair.
    private(set) var keys: [UInt64] = []
    /// How often each pair occurs.
    var counts: [Int] = []
    /// `1 + number` at the key's hash: open addressing, 0 where free.
    private var slots: [UInt32]
    private let seed = ByteHash.seed

    init(capacity: Int) {
        var size = 1 << 10
        while size < capacity * 2 { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
    }

    @inline(__always)
    static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// The number of a pair, a new one if it was not seen before.
    @inline(__always)
    mutating func number(of key: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: ByteHash.mix(key ^ seed)) & mask
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if keys[number] == key { return number }
            slot = (slot + 1) & mask
        }
        keys.append(key)
        counts.append(0)
        slots[slot] = UInt32(truncatingIfNeeded: keys.count)
        if keys.count * 2 > slots.count { grow() }
        return keys.count - 1
    }

    private mutating func grow() {
        var larger = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = larger.count - 1
        for (number, key) in keys.enumerated() {
            var slot = Int(truncatingIfNeeded: ByteHash.mix(key ^ seed)) & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = UInt32(truncatingIfNeeded: number + 1)
        }
        slots = larger
    }
}
