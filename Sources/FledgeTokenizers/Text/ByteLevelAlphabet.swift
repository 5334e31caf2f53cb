/// The characters that stand for bytes in byte-level vocabularies, as GPT-2's `bytes_to_unicode` orders them: a byte
/// that is a visible Latin-1 character is that character, and the others are U+0100 and so on.
enum ByteLevelAlphabet {
    /// For each byte its scalar.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// For each byte the UTF-8 of its character, one or two bytes.
    static let utf8: [[UInt8]] = scalars.map { scalar in
        scalar < 0x80 ? [UInt8(scalar)] : [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
    }

    /// For each scalar below U+0144 its byte, or −1.
    static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
        return bytes
    }()

    /// The bytes that a piece spells, or nil if a character of it stands for none.
    static func decode(_ piece: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(piece.count)
        var index = 0
        while index < piece.count {
            let first = piece[index]
            guard first < 0x80 || (first < 0xE0 && index + 1 < piece.count) else { return nil }
            let scalar = first < 0x80 ? Int(first) : Int(first & 0x1F) << 6 | Int(piece[index + 1] & 0x3F)
            guard scalar < bytes.count, bytes[scalar] >= 0 else { return nil }
            result.append(UInt8(bytes[scalar]))
            index += first < 0x80 ? 1 : 2
        }
        return result
    }
}
