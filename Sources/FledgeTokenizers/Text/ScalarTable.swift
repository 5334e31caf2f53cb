/// A number for every scalar, in blocks of 256 scalars; those of one number throughout are stored once.
final class ScalarTable: @unchecked Sendable {
    // Safe to share: nothing changes after initialization.
    private let blocks: UnsafeMutablePointer<UInt16>
    private let values: UnsafeMutablePointer<UInt16>

    /// What four bytes of UTF-8 can say is less than this many blocks.
    private static let blockCount = 0x2000

    /// - Parameters:
    ///   - changes: in ascending order, `scalar << bits | value` where the value changes; 0 before the first.
    ///   - bits: the width of values.
    init(changes: [UInt32], bits: UInt32) {
        blocks = .allocate(capacity: ScalarTable.blockCount)
        var uniform: [UInt16: UInt16] = [:]
        var flat: [UInt16] = []
        var next = 0
        var current: UInt16 = 0
        for number in 0..<ScalarTable.blockCount {
            let first = UInt32(number) << 8
            // What is no scalar has the value 0.
            if first == 0x110000 { current = 0 }
            let place = UInt16(flat.count >> 8)
            if next == changes.count || changes[next] >> bits >= first + 256 {
                if uniform[current] == nil {
                    uniform[current] = place
                    flat += repeatElement(current, count: 256)
                }
                (blocks + number).initialize(to: uniform[current] ?? place)
                continue
            }
            for scalar in first..<(first + 256) {
                if next < changes.count, changes[next] >> bits == scalar {
                    current = UInt16(truncatingIfNeeded: changes[next] & (1 << bits - 1))
                    next += 1
                }
                flat.append(current)
            }
            (blocks + number).initialize(to: place)
        }
        values = .allocate(capacity: flat.count)
        values.initialize(from: flat, count: flat.count)
    }

    deinit {
        blocks.deallocate()
        values.deallocate()
    }

    /// The value of a scalar below 256, whose block is the first.
    @inline(__always)
    subscript(byte: UInt8) -> UInt16 { values[Int(byte)] }

    /// The value of a scalar; 0 for what is no scalar.
    @inline(__always)
    subscript(scalar: UInt32) -> UInt16 {
        let block = Int(scalar >> 8) & (ScalarTable.blockCount - 1)
        return values[Int(blocks[block]) << 8 | Int(scalar & 0xFF)]
    }
}
