#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How Python writes floating-point numbers.
enum PythonFloat {
    /// Python's `repr`: the shortest digits that give the number back, with an exponent from 1e16 on and below 1e-4.
    static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let (digits, exponent) = shortestDigits(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        if value != 0, exponent < -4 || exponent >= 16 {
            let fraction = digits.dropFirst()
            let magnitude = abs(exponent)
            return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + (exponent < 0 ? "e-" : "e+")
                + (magnitude < 10 ? "0" : "") + String(magnitude)
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let padded = digits + String(repeating: "0", count: max(exponent + 2 - digits.count, 0))
        return sign + padded.prefix(exponent + 1) + "." + padded.dropFirst(exponent + 1)
    }

    /// The significant digits, and the power of ten of the first.
    private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + whole.count - 1
        var digits = (whole + fraction)[...]
        while digits.count > 1, digits.first == "0" {
            digits = digits.dropFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.last == "0" { digits = digits.dropLast() }
        return (String(digits), digits == "0" ? 0 : exponent)
    }

    /// The number with `precision` digits, in the format of C's `printf` that `conversion` (f, e or g) names.
    static func format(_ value: Double, _ conversion: Character, precision: Int, alternate: Bool = false) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        var buffer = [CChar](repeating: 0, count: 400 + precision)
        let format = "%" + (alternate ? "#" : "") + ".*" + String(conversion)
        _ = withVaList([Int32(clamping: precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Python's `round` of a number to decimal places: ties go to the even digit.
    static func round(_ value: Double, places: Int) -> Double {
        guard value.isFinite, places < 330 else { return value }
        if places >= 0 { return Double(format(value, "f", precision: places)) ?? value }
        guard places > -330 else { return 0 * value }
        let scale = pow(10, Double(-places))
        return (value / scale).rounded(.toNearestOrEven) * scale
    }
}
