/// A text's bytes, and which of its Unicode scalars each belongs to: made once for all windows of a text.
struct TextPlaces: Sendable {
    let bytes: [UInt8]
    /// For each byte, and the end, the number of its scalar.
    private let scalarOfByte: [Int]

    init(_ text: String) {
        bytes = Array(text.utf8)
        var scalar = -1
        var table: [Int] = []
        table.reserveCapacity(bytes.count + 1)
        for byte in bytes {
            if byte & 0xC0 != 0x80 { scalar += 1 }
            table.append(scalar)
        }
        table.append(scalar + 1)
        scalarOfByte = table
    }

    /// A place within the text, counted in scalars.
    func scalars(_ place: Range<Int>) -> Range<Int> {
        scalarOfByte[place.lowerBound]..<max(scalarOfByte[place.lowerBound], scalarOfByte[place.upperBound])
    }

    func text(_ place: Range<Int>) -> String { String(decoding: bytes[place], as: UTF8.self) }

    /// Whether the text has a space at a place or before it.
    func hasSpace(around place: Int) -> Bool {
        (place > 0 && bytes[place - 1] == 0x20) || (place < bytes.count && bytes[place] == 0x20)
    }
}
