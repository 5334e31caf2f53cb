#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Renderer {
    func applyNumber(_ filter: Filter, to value: RuntimeValue, _ arguments: Arguments) throws(Failure)
        -> RuntimeValue
    {
        switch filter {
        case .sum:
            let bound = try arguments.bind(["attribute", "start"], to: "sum")
            let path = try AttributePath(bound[0])
            var sum = bound[1] ?? .integer(0)
            if case .string = sum { throw .value("“sum” adds numbers and lists; use “join” for strings") }
            for element in try elements(of: value) {
                sum = try arithmetic(.plus, sum, try self.value(of: element, at: path))
            }
            return sum
        case .int:
            let bound = try arguments.bind(["default", "base"], to: "int")
            return try wholeNumber(value, base: try integer(bound[1], "int") ?? 10) ?? bound[0] ?? .integer(0)
        case .float:
            let fallback = try arguments.bind(["default"], to: "float")[0] ?? .double(0)
            return try floatingPoint(value).map { .double($0) } ?? fallback
        case .round: return try round(value, arguments)
        default:
            _ = try arguments.bind([], to: "abs")
            switch value.number {
            case .integer(let integer)?: return integer < 0 ? try negate(.integer(integer)) : .integer(integer)
            case .double(let double)?: return .double(double.magnitude)
            case nil: throw .value("“abs” needs a number, and gets a \(value.typeName)")
            }
        }
    }

    private func floatingPoint(_ value: RuntimeValue) throws(Failure) -> Double? {
        if case .undefined(let undefined) = value { throw undefined.failure }
        if case .string(let text) = value { return NumberText.double(text) }
        return value.number?.double
    }

    private func wholeNumber(_ value: RuntimeValue, base: Int) throws(Failure) -> RuntimeValue? {
        if case .string(let text) = value, let number = try NumberText.integer(text, base: base) {
            return .integer(number)
        }
        if case .integer(let integer)? = value.number { return .integer(integer) }
        guard let double = try floatingPoint(value), double.isFinite else { return nil }
        guard let integer = Int(exactly: double.rounded(.towardZero)) else {
            throw .limit("a whole number leaves the range of 64 bits")
        }
        return .integer(integer)
    }

    private func round(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["precision", "method"], to: "round")
        let places = min(max(try integer(bound[0], "round") ?? 0, -400), 400)
        let method = try string(bound[1], "round") ?? "common"
        guard let number = value.number else {
            if case .undefined(let undefined) = value { throw undefined.failure }
            throw .value("“round” needs a number, and gets a \(value.typeName)")
        }
        switch method {
        case "common":
            guard case .integer(let integer) = number else {
                return .double(PythonFloat.round(number.double, places: places))
            }
            return .integer(places >= 0 ? integer : try Renderer.rounded(integer, places: -places))
        case "ceil", "floor":
            let scale = pow(10, Double(places))
            let scaled = (number.double * scale).rounded(method == "ceil" ? .up : .down)
            guard scaled.isFinite else { throw .value("the number is too large to be rounded") }
            // Python divides a whole number here, which has no negative zero.
            return .double((scaled == 0 ? 0 : scaled) / scale)
        default: throw .value("“round” knows the methods “common”, “ceil” and “floor”")
        }
    }

    /// A whole number rounded to a multiple of a power of ten, ties to even multiples.
    private static func rounded(_ value: Int, places: Int) throws(Failure) -> Int {
        guard places < 19 else { return 0 }
        let unit = (0..<places).reduce(1) { product, _ in product * 10 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        let half = unit / 2
        let isUp = remainder.magnitude > half || (remainder.magnitude == half && quotient % 2 != 0)
        let (result, overflows) = (quotient + (isUp ? value.signum() : 0)).multipliedReportingOverflow(by: unit)
        guard !overflows else { throw .limit("a whole number leaves the range of 64 bits") }
        return result
    }
}

/// Reading numbers as Python's `int` and `float` do.
enum NumberText {
    /// The digits, without blanks around them and single underscores between them.
    private static func digits(_ text: String) -> String? {
        let bytes = Array(PythonString.strip(text, nil).utf8)
        guard !bytes.isEmpty, bytes.first != UInt8(ascii: "_"), bytes.last != UInt8(ascii: "_") else { return nil }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            let neighbours = [bytes[index - 1], bytes[index + 1]]
            guard neighbours.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
        }
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    static func integer(_ text: String, base: Int) throws(Failure) -> Int? {
        guard base == 0 || (2...36).contains(base) else { return nil }
        guard var digits = digits(text)?.lowercased()[...] else { return nil }
        var isNegative = false
        if let sign = digits.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            digits = digits.dropFirst()
        }
        var radix = base
        for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)]
        where digits.hasPrefix(prefix) && [0, value].contains(base) {
            digits = digits.dropFirst(2)
            radix = value
        }
        if radix == 0 { radix = 10 }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ Int(String(Unicode.Scalar($0)), radix: radix) != nil }) else {
            return nil
        }
        guard let number = Int((isNegative ? "-" : "") + digits, radix: radix) else {
            throw .limit("a whole number leaves the range of 64 bits")
        }
        return number
    }

    static func double(_ text: String) -> Double? {
        guard let digits = digits(text)?.lowercased() else { return nil }
        let unsigned = digits.drop { $0 == "+" || $0 == "-" }
        guard digits.utf8.count - unsigned.utf8.count <= 1 else { return nil }
        let magnitude: Double?
        switch unsigned {
        case "inf", "infinity": magnitude = .infinity
        case "nan": magnitude = .nan
        default:
            guard unsigned.utf8.allSatisfy({ "0123456789.e+-".utf8.contains($0) }) else { return nil }
            magnitude = Double(unsigned.hasPrefix(".") ? "0" + unsigned : String(unsigned))
        }
        return magnitude.map { digits.hasPrefix("-") ? -$0 : $0 }
    }
}
