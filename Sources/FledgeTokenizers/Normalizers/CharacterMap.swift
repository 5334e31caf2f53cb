/// SentencePiece's `precompiled_charsmap`: a Darts double array from UTF-8 prefixes to places in a text of
/// replacements, each ended by a NUL.
///
/// ```
/// bytes 0–3   size of the trie in bytes, little endian
/// then        trie: 32-bit units   label 0–7 (and bit 31 on values) | has value 8 | long offset 9 | offset 10–31
/// then        replacements: "a\0b\0…"
/// ```
package struct CharacterMap: Sendable {
    /// What makes a blob unusable.
    package struct Failure: Error {
        let problem: String
    }

    /// The longest text that an entry can stand for, in bytes.
    private static let longestKey = 256

    private let units: [UInt32]
    private let replacements: [UInt8]
    /// The length of the longest replacement, in bytes.
    let longestReplacement: Int

    /// Checks a blob so thoroughly that searching needs no further checks.
    ///
    /// Every unit's block of 256 children lies inside the array, and every value is the start of a character of
    /// the replacements. A cycle is harmless: each step of a search uses up a byte of the text.
    package init(blob: [UInt8]) throws(Failure) {
        guard blob.count > 4 else { throw Failure(problem: "the character map is shorter than its header") }
        let size = (0..<4).reduce(0) { $0 | Int(blob[$1]) << (8 * $1) }
        guard size >= 1024, size % 4 == 0, size <= blob.count - 4 else {
            throw Failure(problem: "the character map's trie of \(size) bytes does not fit its \(blob.count) bytes")
        }
        var units = [UInt32](repeating: 0, count: size / 4)
        for index in units.indices {
            let at = 4 + index * 4
            units[index] =
                UInt32(blob[at]) | UInt32(blob[at + 1]) << 8 | UInt32(blob[at + 2]) << 16 | UInt32(blob[at + 3]) << 24
        }
        let replacements = Array(blob[(4 + size)...])
        guard replacements.withUnsafeBufferPointer({ UTF8Scan.isValid($0) }) else {
            throw Failure(problem: "the character map's replacements are not UTF-8")
        }
        for (index, unit) in units.enumerated() where index == 0 || unit >> 31 == 0 {
            let children = index ^ CharacterMap.offset(unit)
            guard children | 0xFF < units.count else {
                throw Failure(problem: "unit \(index) of the character map points outside its trie")
            }
            guard unit >> 8 & 1 == 1 else { continue }
            let value = Int(units[children] & 0x7FFF_FFFF)
            guard value <= replacements.count,
                value == replacements.count || replacements[value] & 0xC0 != 0x80
            else { throw Failure(problem: "unit \(index) of the character map has no replacement") }
        }
        self.units = units
        self.replacements = replacements
        longestReplacement = replacements.split(separator: 0).reduce(0) { max($0, $1.count) }
    }

    @inline(__always)
    private static func offset(_ unit: UInt32) -> Int {
        Int(unit >> 10) << Int((unit & 0x200) >> 6)
    }

    /// The replacement of the shortest prefix of the bytes that the map has, as Hugging Face's `spm_precompiled`
    /// looks it up.
    func shortestMatch(in bytes: UnsafeBufferPointer<UInt8>, range: Range<Int>) -> ArraySlice<UInt8>? {
        search(bytes, range, longest: false).map { replacement(at: $0.value) }
    }

    /// The replacement of the longest prefix of the bytes that the map has, and the prefix's length, as
    /// SentencePiece looks it up; but no further than ``longestKey``, for a trie may have cycles.
    package func longestMatch(
        in bytes: UnsafeBufferPointer<UInt8>, range: Range<Int>
    ) -> (replacement: ArraySlice<UInt8>, length: Int)? {
        let range = range.prefix(CharacterMap.longestKey)
        return search(bytes, range, longest: true).map { (replacement(at: $0.value), $0.length) }
    }

    private func search(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, longest: Bool
    ) -> (value: Int, length: Int)? {
        units.withUnsafeBufferPointer { units -> (value: Int, length: Int)? in
            var node = CharacterMap.offset(units[0])
            var found: (value: Int, length: Int)?
            for index in range {
                let byte = bytes[index]
                guard byte != 0 else { break }
                node ^= Int(byte)
                let unit = units[node]
                guard unit & 0x8000_00FF == UInt32(byte) else { break }
                node ^= CharacterMap.offset(unit)
                if unit >> 8 & 1 == 1 {
                    found = (Int(units[node] & 0x7FFF_FFFF), index + 1 - range.lowerBound)
                    if !longest { break }
                }
            }
            return found
        }
    }

    private func replacement(at start: Int) -> ArraySlice<UInt8> {
        var end = start
        while end < replacements.count, replacements[end] != 0 { end += 1 }
        return replacements[start..<end]
    }
}
