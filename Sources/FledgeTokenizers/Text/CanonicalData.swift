/// Decompositions, compositions and combining classes, unpacked from ``NormalizationTable`` when they are first used.
struct CanonicalData: Sendable {
    private struct Entry {
        var start: UInt32
        var canonicalCount: UInt8
        var compatibilityCount: UInt8
    }

    static let shared = CanonicalData()

    private static let hangulBase: UInt32 = 0xAC00
    private static let hangulCount: UInt32 = 11172

    private let classes: ScalarTable
    /// For each block of 128 scalars the place of its entries in ``entryNumbers``, or −1.
    private var blocks = [Int32](repeating: -1, count: 0x110000 >> 7)
    /// For each scalar of the blocks the number of its entry, or −1.
    private var entryNumbers: [Int16] = []
    private var entries: [Entry] = []
    /// The full decompositions: of each entry the canonical one, then the compatible one.
    private var parts: [UInt32] = []
    private var compositions: [UInt64: UInt32] = [:]

    private init() {
        classes = ScalarTable(changes: NormalizationTable.classes, bits: 8)
        let text = NormalizationTable.decompositions.utf8.filter { $0 > 0x20 }
        var reader = VarintReader(bytes: Base64.decode(text) ?? [])
        var steps: [(scalar: UInt32, kind: Int, parts: [UInt32])] = []
        var scalar = 0
        var part = 0
        while !reader.isAtEnd {
            scalar += reader.next()
            let header = reader.next()
            var list: [UInt32] = []
            for _ in 0..<(header >> 2) {
                part += reader.nextSigned()
                list.append(UInt32(part))
            }
            steps.append((UInt32(scalar), header & 3, list))
            if header & 3 == 0, list.count == 2 { compositions[CanonicalData.key(list[0], list[1])] = UInt32(scalar) }
        }
        let numbers = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.scalar, $0) })
        func full(_ scalar: UInt32, compatible: Bool) -> [UInt32] {
            guard let number = numbers[scalar], compatible || steps[number].kind < 2 else { return [scalar] }
            return steps[number].parts.flatMap { full($0, compatible: compatible) }
        }
        for (number, step) in steps.enumerated() {
            let canonical = full(step.scalar, compatible: false)
            let compatible = full(step.scalar, compatible: true)
            entries.append(
                Entry(
                    start: UInt32(parts.count), canonicalCount: UInt8(canonical.count),
                    compatibilityCount: UInt8(compatible.count)))
            parts += canonical + compatible
            let block = Int(step.scalar >> 7)
            if blocks[block] < 0 {
                blocks[block] = Int32(entryNumbers.count)
                entryNumbers += [Int16](repeating: -1, count: 128)
            }
            entryNumbers[Int(blocks[block]) + Int(step.scalar & 0x7F)] = Int16(number)
        }
    }

    private static func key(_ first: UInt32, _ second: UInt32) -> UInt64 { UInt64(first) << 32 | UInt64(second) }

    /// The canonical combining class.
    @inline(__always)
    func combiningClass(_ scalar: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: classes[scalar]) }

    /// Calls a closure with the scalars of a full decomposition, in the order of the table.
    @inline(__always)
    func decompose(_ scalar: UInt32, compatible: Bool, _ body: (UInt32) -> Void) {
        if scalar < 0xA0 {
            body(scalar)
        } else if scalar &- CanonicalData.hangulBase < CanonicalData.hangulCount {
            let index = scalar - CanonicalData.hangulBase
            body(0x1100 + index / 588)
            body(0x1161 + index % 588 / 28)
            if index % 28 > 0 { body(0x11A7 + index % 28) }
        } else {
            let block = blocks[Int(scalar >> 7)]
            let number = block < 0 ? -1 : entryNumbers[Int(block) + Int(scalar & 0x7F)]
            guard number >= 0 else { return body(scalar) }
            let entry = entries[Int(number)]
            let first = Int(entry.start) + (compatible ? Int(entry.canonicalCount) : 0)
            for index in 0..<Int(compatible ? entry.compatibilityCount : entry.canonicalCount) {
                body(parts[first + index])
            }
        }
    }

    /// The character that two others compose, if there is one.
    func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first &- 0x1100 < 19, second &- 0x1161 < 21 {
            return CanonicalData.hangulBase + (first - 0x1100) * 588 + (second - 0x1161) * 28
        }
        if first &- CanonicalData.hangulBase < CanonicalData.hangulCount, second &- 0x11A8 < 27,
            (first - CanonicalData.hangulBase) % 28 == 0
        {
            return first + (second - 0x11A7)
        }
        return compositions[CanonicalData.key(first, second)]
    }
}

/// Reads the numbers of ``NormalizationTable``.
private struct VarintReader {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func next() -> Int {
        var value = 0
        var shift = 0
        while position < bytes.count {
            let byte = Int(bytes[position])
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128 { break }
        }
        return value
    }

    mutating func nextSigned() -> Int {
        let value = next()
        return value >> 1 ^ -(value & 1)
    }
}
