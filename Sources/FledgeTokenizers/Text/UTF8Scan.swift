/// Stepping through UTF-8 bytes.
enum UTF8Scan {
    /// How many bytes the character has that starts with a byte of *valid* UTF-8.
    @inline(__always)
    static func length(_ first: UInt8) -> Int {
        first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    /// The scalar that starts at an index of *valid* UTF-8, which has `length` bytes.
    @inline(__always)
    static func scalar(at index: Int, length: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let first = UInt32(bytes[index])
        switch length {
        case 1: return first
        case 2: return (first & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F)
        case 3:
            return (first & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
        default:
            return (first & 0x07) << 18 | UInt32(bytes[index + 1] & 0x3F) << 12
                | UInt32(bytes[index + 2] & 0x3F) << 6 | UInt32(bytes[index + 3] & 0x3F)
        }
    }

    /// How many bytes the character at an index has, or nil if no well-formed character is there
    /// (Unicode Standard, table 3-7).
    static func validLength(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        guard first >= 0xC2, first <= 0xF4 else { return nil }
        let length = length(first)
        guard index + length <= bytes.count else { return nil }
        let second = bytes[index + 1]
        let allowed: ClosedRange<UInt8> =
            switch first {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        guard allowed.contains(second) else { return nil }
        for continuation in bytes[(index + 2)..<max(index + 2, index + length)] where continuation & 0xC0 != 0x80 {
            return nil
        }
        return length
    }

    /// Whether all the bytes are well-formed UTF-8.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            guard let length = validLength(at: index, in: bytes) else { return false }
            index += length
        }
        return true
    }
}

extension UTF8Scan {
    /// How many characters a range of *valid* UTF-8 has.
    static func count(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        for index in range where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
