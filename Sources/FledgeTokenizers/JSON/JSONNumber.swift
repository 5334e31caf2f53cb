/// Reading the digits of a JSON number that ``JSONParser`` has checked.
enum JSONNumber {
    /// The nearest double.
    ///
    /// Most scores have so few digits that one exact multiplication or division gives the correctly rounded
    /// value (Clinger, "How to Read Floating Point Numbers Accurately", 1990); the rest go to the standard library.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var seenPoint = false
        for byte in bytes {
            if byte &- 0x30 < 10 {
                mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                if mantissa != 0 { digits += 1 }
                if seenPoint { scale += 1 }
                if digits > 15 { return slowly(bytes) }
            } else if byte == UInt8(ascii: ".") {
                seenPoint = true
            } else if byte != UInt8(ascii: "-") {
                return slowly(bytes)
            }
        }
        guard scale < powersOfTen.count else { return slowly(bytes) }
        let value = Double(mantissa) / powersOfTen[scale]
        return bytes.first == UInt8(ascii: "-") ? -value : value
    }

    /// The value of plain digits, if there is nothing else and it fits.
    static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        Int(Substring(decoding: bytes, as: UTF8.self))
    }

    private static func slowly(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        Double(Substring(decoding: bytes, as: UTF8.self)) ?? .nan
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22,
    ]
}
