extension Array where Element == UInt8 {
    /// The place of the first byte that is not UTF-8 (an overlong form, a surrogate, something beyond U+10FFFF), nil if
    /// all are.
    ///
    /// - Complexity: O(n), eight bytes at a time where they are ASCII.
    var firstInvalidUTF8: Int? {
        withUnsafeBytes { bytes in
            var index = 0
            while index < bytes.count {
                if index + 8 <= bytes.count,
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index += 8
                } else if bytes[index] < 0x80 {
                    index += 1
                } else {
                    let length = Array.lengthOfScalar(at: index, in: bytes)
                    if length == 0 { return index }
                    index += length
                }
            }
            return nil
        }
    }

    /// How many bytes the scalar beyond ASCII has, 0 if it is not one.
    private static func lengthOfScalar(at index: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        let first = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index + length <= bytes.count, second ~= bytes[index + 1] else { return 0 }
        for place in index + 2..<index + length where bytes[place] & 0xC0 != 0x80 { return 0 }
        return length
    }
}

extension Frame {
    /// Makes sure that the record is text.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - returnsEndLines: whether a CR without an LF ends a line too.
    /// - Throws: a ``DataError`` with the line of the first byte that is not UTF-8.
    func checkUTF8(in path: String, returnsEndLines: Bool = false) throws(DataError) {
        guard let place = bytes.firstInvalidUTF8 else { return }
        var before = bytes[..<place].count { $0 == UInt8(ascii: "\n") }
        if returnsEndLines {
            let cr = UInt8(ascii: "\r")
            before += bytes[..<place].indices.count { bytes[$0] == cr && bytes[$0 + 1] != UInt8(ascii: "\n") }
        }
        throw .malformed(
            file: path, line: line + before, problem: "the record is not UTF-8",
            remedy: "Convert the file to UTF-8, for instance with iconv.")
    }
}
