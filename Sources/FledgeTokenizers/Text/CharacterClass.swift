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

/// Finds the class of characters.
struct CharacterClasses: Sendable {
    private let table = CharacterProperties.table

    static let shared = CharacterClasses()

    @inline(__always)
    func of(_ scalar: UInt32) -> CharacterClass { CharacterProperties(rawValue: table[scalar]).characterClass }

    /// The class and length of the character at an index of *valid* UTF-8.
    @inline(__always)
    func character(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> (class: CharacterClass, length: Int) {
        let first = text[index]
        if first < 0x80 { return (CharacterProperties(rawValue: table[first]).characterClass, 1) }
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
