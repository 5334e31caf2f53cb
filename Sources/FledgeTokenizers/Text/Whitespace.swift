/// The characters with Unicode's White_Space property, a set that Unicode has not changed since version 6.3.
enum Whitespace {
    static func contains(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// How many bytes the white space character at an index has, or 0 if another character is there.
    @inline(__always)
    static func length(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let first = bytes[index]
        if first < 0x80 { return first == 0x20 || first &- 0x09 < 5 ? 1 : 0 }
        // The others start with C2, E1, E2 or E3.
        guard first == 0xC2 || first &- 0xE1 < 3 else { return 0 }
        let length = UTF8Scan.length(first)
        return contains(UTF8Scan.scalar(at: index, length: length, in: bytes)) ? length : 0
    }
}
