/// What kind of character a scalar is, as Hugging Face `tokenizers` sees it.
struct CharacterProperties: OptionSet, Sendable {
    let rawValue: UInt8

    /// General category C: control, format, private use, unassigned.
    static let other = CharacterProperties(rawValue: 1)
    /// General category P, and the symbols of ASCII.
    static let punctuation = CharacterProperties(rawValue: 2)
    /// General category Mn.
    static let nonspacingMark = CharacterProperties(rawValue: 4)
    /// General category M.
    static let mark = CharacterProperties(rawValue: 8)
    /// General category N.
    static let numeric = CharacterProperties(rawValue: 16)
    /// What `\w` means in regular expressions (Unicode Technical Standard 18, annex C).
    static let word = CharacterProperties(rawValue: 32)

    /// The properties of a scalar.
    @inline(__always)
    static func of(_ scalar: UInt32) -> CharacterProperties {
        CharacterProperties(rawValue: table[scalar])
    }

    private static let table = ScalarTable(changes: CharacterTable.changes)
}

/// A byte for every scalar, in pages of 128 scalars of which equal ones are stored once.
struct ScalarTable: Sendable {
    private let blocks: [UInt16]
    private let values: [UInt8]

    /// - Parameter changes: in ascending order, `scalar << 8 | value` where the value changes.
    init(changes: [UInt32]) {
        var blocks: [UInt16] = []
        var values: [UInt8] = []
        var known: [[UInt8]: UInt16] = [:]
        var next = 0
        var current: UInt8 = 0
        for first in stride(from: UInt32(0), to: 0x110000, by: 128) {
            var page = [UInt8](repeating: current, count: 128)
            while next < changes.count, changes[next] >> 8 < first + 128 {
                current = UInt8(changes[next] & 0xFF)
                for offset in Int((changes[next] >> 8) - first)..<128 { page[offset] = current }
                next += 1
            }
            let number = known[page] ?? UInt16(values.count >> 7)
            if known.updateValue(number, forKey: page) == nil { values += page }
            blocks.append(number)
        }
        self.blocks = blocks
        self.values = values
    }

    /// The value of a scalar; 0 for what is no scalar.
    @inline(__always)
    subscript(scalar: UInt32) -> UInt8 {
        let block = Int(scalar >> 7)
        guard block < blocks.count else { return 0 }
        return values[Int(blocks[block]) << 7 | Int(scalar & 0x7F)]
    }
}
