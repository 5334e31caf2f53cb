/// Which pairs of neighbouring symbols merge, in which order, and what they become: a flat hash table.
struct MergeTable: Sendable {
    /// What a pair becomes.
    struct Merge: Sendable {
        /// Merges of a lower rank come first.
        var rank: UInt32
        /// The new symbol.
        var symbol: Int32

        /// No merge.
        static let none = Merge(rank: .max, symbol: -1)
    }

    fileprivate struct Slot: Sendable {
        var key: UInt64
        var merge: Merge
    }

    private var slots: [Slot]
    private var mask: Int
    private(set) var count = 0

    /// Room for so many merges; the table grows if there are more.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Slot](repeating: Slot(key: .max, merge: .none), count: size)
        mask = size - 1
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private static func place(_ key: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: ByteHash.mix(key ^ ByteHash.seed)) & mask
    }

    /// Adds a merge of two symbols, neither of them negative; a later one replaces an earlier one of the same pair.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        if count * 2 >= slots.count { grow() }
        let key = MergeTable.key(left, right)
        var place = MergeTable.place(key, mask)
        while slots[place].key != .max, slots[place].key != key { place = (place + 1) & mask }
        if slots[place].key == .max { count += 1 }
        slots[place] = Slot(key: key, merge: merge)
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(key: .max, merge: .none), count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot.key != .max {
            var place = MergeTable.place(slot.key, mask)
            while slots[place].key != .max { place = (place + 1) & mask }
            slots[place] = slot
        }
    }

    /// A view for the inner loop.
    struct View {
        private let slots: UnsafeBufferPointer<Slot>
        private let mask: Int
        private let seed: UInt64

        fileprivate init(slots: UnsafeBufferPointer<Slot>, mask: Int) {
            self.slots = slots
            self.mask = mask
            seed = ByteHash.seed
        }

        /// What a pair becomes; of symbols that are in no merge, such as negative ones, nothing.
        @inline(__always)
        func merge(_ left: Int32, _ right: Int32) -> Merge {
            let key = MergeTable.key(left, right)
            guard key != .max else { return .none }
            var place = Int(truncatingIfNeeded: ByteHash.mix(key ^ seed)) & mask
            while slots[place].key != key {
                if slots[place].key == .max { return .none }
                place = (place &+ 1) & mask
            }
            return slots[place].merge
        }
    }

    func withView<Result>(_ body: (View) -> Result) -> Result {
        slots.withUnsafeBufferPointer { body(View(slots: $0, mask: mask)) }
    }

    /// Calls a closure with the two symbols of every merge.
    func forEachPair(_ body: (Int32, Int32) -> Void) {
        for slot in slots where slot.key != .max {
            body(Int32(truncatingIfNeeded: slot.key >> 32), Int32(truncatingIfNeeded: slot.key))
        }
    }
}
