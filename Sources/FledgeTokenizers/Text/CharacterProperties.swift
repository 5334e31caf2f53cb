/// What kind of character a scalar is, as Hugging Face `tokenizers` sees it.
struct CharacterProperties: OptionSet, Sendable {
    let rawValue: UInt16

    /// General category C: control, format, private use, unassigned.
    static let other = CharacterProperties(rawValue: 1 << 3)
    /// General category P, and the symbols of ASCII.
    static let punctuation = CharacterProperties(rawValue: 2 << 3)
    /// General category Mn.
    static let nonspacingMark = CharacterProperties(rawValue: 4 << 3)
    /// General category M.
    static let mark = CharacterProperties(rawValue: 8 << 3)
    /// General category N.
    static let numeric = CharacterProperties(rawValue: 16 << 3)
    /// What `\w` means in regular expressions (Unicode Technical Standard 18, annex C).
    static let word = CharacterProperties(rawValue: 32 << 3)

    /// What patterns distinguish: the lowest three bits. Their Unicode is newer than that of the other properties.
    @inline(__always)
    var characterClass: CharacterClass {
        CharacterClass(rawValue: UInt8(truncatingIfNeeded: rawValue & 7)) ?? .other
    }

    /// The properties of a scalar.
    @inline(__always)
    static func of(_ scalar: UInt32) -> CharacterProperties {
        CharacterProperties(rawValue: table[scalar])
    }

    /// The properties of all scalars.
    static let table = ScalarTable(changes: CharacterTable.changes, bits: 9)
}
