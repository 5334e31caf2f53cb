/// The backslash sequences of JSON strings.
enum JSONEscape {
    /// The index after the escape that starts at `index`, or nil if it is not valid.
    static func end(of index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard index + 1 < bytes.count else { return nil }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(at: index + 2, in: bytes) else { return nil }
            guard unit & 0xF800 == 0xD800 else { return index + 6 }
            guard unit < 0xDC00, index + 7 < bytes.count, bytes[index + 6] == UInt8(ascii: "\\"),
                bytes[index + 7] == UInt8(ascii: "u"), let low = codeUnit(at: index + 8, in: bytes),
                low & 0xFC00 == 0xDC00
            else { return nil }
            return index + 12
        default:
            return nil
        }
    }

    /// The bytes of a string whose escapes ``end(of:in:)`` has checked.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), let end = end(of: index, in: bytes) else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            if let simple = simpleEscape(bytes[index + 1]) {
                decoded.append(simple)
            } else {
                decoded.append(contentsOf: scalar(from: index, to: end, in: bytes))
            }
            index = end
        }
        return decoded
    }

    private static func simpleEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "u"): nil
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: byte
        }
    }

    private static func scalar(from index: Int, to end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let high = UInt32(codeUnit(at: index + 2, in: bytes) ?? 0xFFFD)
        var value = high
        if end - index == 12 {
            let low = UInt32(codeUnit(at: index + 8, in: bytes) ?? 0xDC00)
            value = 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)
        }
        return Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }

    private static func codeUnit(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt16? {
        guard index + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt16(byte - 0x57)
            default: return nil
            }
        }
        return value
    }
}
