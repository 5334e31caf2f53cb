/// What the patterns that cut texts for byte-pair encoding distinguish.
enum CharacterClass: UInt8 {
    case other, space, number
    /// Upper case and title case letters.
    case upper
    /// Lower case letters.
    case lower
    /// Letters without case, and modifier letters.
    case caseless
    /// Combining marks, which are no letters.
    case mark

    @inline(__always) var isLetter: Bool { rawValue &- CharacterClass.upper.rawValue < 3 }
    /// Neither white space nor a letter nor a number.
    @inline(__always) var isSymbol: Bool { self == .other || self == .mark }
}

/// Finds the class of a character: a table of blocks of 256 scalars, equal blocks stored once.
final class CharacterClasses: @unchecked Sendable {
    // Safe to share: nothing changes after initialization.
    private let blocks: UnsafeMutablePointer<UInt8>
    private let classes: UnsafeMutablePointer<CharacterClass>

    /// The only one; it is never freed.
    static let shared = CharacterClasses()

    private init() {
        blocks = .allocate(capacity: 0x1100)
        var known: [[UInt8]: UInt8] = [:]
        var flat: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 256)
        var next = 0
        var current: UInt8 = 0
        for number in 0..<0x1100 {
            for offset in 0..<256 {
                let scalar = UInt32(number << 8 | offset)
                if next < CharacterClassTable.changes.count, CharacterClassTable.changes[next] >> 3 == scalar {
                    current = UInt8(CharacterClassTable.changes[next] & 7)
                    next += 1
                }
                block[offset] = current
            }
            // Blocks of one class throughout are most; there are fewer than 256 different blocks.
            let place = known[block] ?? UInt8(truncatingIfNeeded: known.count)
            if known[block] == nil {
                known[block] = place
                flat += block
            }
            blocks[number] = place
        }
        classes = .allocate(capacity: flat.count)
        for (index, value) in flat.enumerated() {
            (classes + index).initialize(to: CharacterClass(rawValue: value) ?? .other)
        }
    }

    @inline(__always)
    func of(_ scalar: UInt32) -> CharacterClass {
        classes[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
    }

    /// The class and length of the character at an index of *valid* UTF-8.
    @inline(__always)
    func character(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> (class: CharacterClass, length: Int) {
        let first = text[index]
        if first < 0x80 { return (classes[Int(first)], 1) }
        let length = UTF8Scan.length(first)
        return (of(UTF8Scan.scalar(at: index, length: length, in: text)), length)
    }

    /// The end of the run of characters from an index on that satisfy a condition.
    @inline(__always)
    func runEnd(
        from start: Int, in text: UnsafeBufferPointer<UInt8>, while isIncluded: (CharacterClass) -> Bool
    ) -> Int {
        var index = start
        while index < text.count {
            let character = character(at: index, in: text)
            guard isIncluded(character.class) else { break }
            index &+= character.length
        }
        return index
    }
}
