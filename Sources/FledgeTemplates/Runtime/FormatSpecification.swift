/// What stands behind the colon of `{:>8.2f}` or behind the `%` of `%-8.2f`.
struct FormatSpecification {
    var fill: Unicode.Scalar = " "
    /// `<`, `>`, `^` or `=`.
    var alignment: Unicode.Scalar?
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    /// Reads Python's format specification `[[fill]align][sign][#][0][width][,][.precision][type]`.
    init(_ text: String) throws(Failure) {
        var scalars = Array(text.unicodeScalars)[...]
        func isAlignment(_ scalar: Unicode.Scalar) -> Bool { "<>^=".unicodeScalars.contains(scalar) }
        if scalars.count > 1, isAlignment(scalars[1]) {
            fill = scalars[0]
            alignment = scalars[1]
            scalars = scalars.dropFirst(2)
        } else if let first = scalars.first, isAlignment(first) {
            alignment = scalars.removeFirst()
        }
        if let first = scalars.first, "+- ".unicodeScalars.contains(first) { sign = scalars.removeFirst() }
        if scalars.first == "#" {
            isAlternate = true
            scalars.removeFirst()
        }
        if scalars.first == "0", alignment == nil {
            fill = "0"
            alignment = "="
        }
        width = try FormatSpecification.number(&scalars) ?? 0
        if let first = scalars.first, first == "," || first == "_" { grouping = scalars.removeFirst() }
        if scalars.first == "." {
            scalars.removeFirst()
            guard let digits = try FormatSpecification.number(&scalars) else {
                throw .value("the format “\(text)” has no precision behind its dot")
            }
            precision = digits
        }
        type = scalars.popFirst()
        guard scalars.isEmpty else { throw .value("“\(text)” is not a format") }
    }

    /// An empty specification, to be filled in.
    init() {}

    static func number(_ scalars: inout ArraySlice<Unicode.Scalar>) throws(Failure) -> Int? {
        var value: Int?
        while let first = scalars.first, "0"..."9" ~= first {
            value = (value ?? 0) * 10 + Int(first.value - 48)
            scalars.removeFirst()
            guard let value, value <= 100_000 else { throw .limit("a format's width or precision is too large") }
        }
        return value
    }

    /// The text filled up to the width.
    func padded(_ text: String, isNumber: Bool) -> String {
        let missing = width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        func filling(_ count: Int) -> String { String(repeating: String(fill), count: count) }
        switch alignment ?? (isNumber ? ">" : "<") {
        case "<": return text + filling(missing)
        case "^": return filling(missing / 2) + text + filling(missing - missing / 2)
        case "=":
            let prefix = text.unicodeScalars.prefix { "+- ".unicodeScalars.contains($0) }
            return String(prefix) + filling(missing) + PythonString.text(text.unicodeScalars.dropFirst(prefix.count))
        default: return filling(missing) + text
        }
    }

    func formatted(_ text: String) -> String {
        padded(precision.map { PythonString.text(text.unicodeScalars.prefix($0)) } ?? text, isNumber: false)
    }

    /// A whole number, as `d`, `x`, `X`, `o` or `b`.
    func formatted(_ value: Int) throws(Failure) -> String {
        let radix: (base: Int, prefix: String)
        switch type {
        case nil, "d", "i", "u", "n": radix = (10, "")
        case "x": radix = (16, "0x")
        case "X": radix = (16, "0X")
        case "o": radix = (8, "0o")
        case "b": radix = (2, "0b")
        case "c":
            guard let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) else {
                throw .value("\(value) is not a character")
            }
            return padded(String(scalar), isNumber: false)
        default: return try formatted(Double(value))
        }
        var digits = String(value.magnitude, radix: radix.base, uppercase: type == "X")
        if let precision { digits = String(repeating: "0", count: max(precision - digits.count, 0)) + digits }
        if grouping != nil { digits = grouped(digits, every: radix.base == 10 ? 3 : 4) }
        return padded(signed(value < 0, (isAlternate ? radix.prefix : "") + digits), isNumber: true)
    }

    /// A floating-point number, as `f`, `F`, `e`, `E`, `g`, `G`, `%`, or as Python writes it.
    func formatted(_ value: Double) throws(Failure) -> String {
        let magnitude = value.magnitude
        var text: String
        switch type {
        case "f", "F": text = PythonFloat.format(magnitude, "f", precision: precision ?? 6, alternate: isAlternate)
        case "e", "E", "g", "G":
            let conversion: Character = type == "e" || type == "E" ? "e" : "g"
            text = PythonFloat.format(magnitude, conversion, precision: precision ?? 6, alternate: isAlternate)
            if type == "E" || type == "G" { text = text.uppercased() }
        case "%": text = PythonFloat.format(magnitude * 100, "f", precision: precision ?? 6) + "%"
        case nil:
            if let precision {
                text = PythonFloat.format(magnitude, "g", precision: precision)
                let isWhole = text.utf8.allSatisfy { $0 &- 0x30 < 10 }
                if isWhole { text += ".0" }
            } else {
                text = PythonFloat.repr(magnitude)
            }
        default: throw .value("“\(type.map { String($0) } ?? "")” is not a format of numbers")
        }
        if grouping != nil {
            let whole = text.prefix { $0.isASCII && $0.isNumber }
            text = grouped(String(whole), every: 3) + text.dropFirst(whole.count)
        }
        return padded(signed(value.sign == .minus && !value.isNaN, text), isNumber: true)
    }

    private func signed(_ isNegative: Bool, _ digits: String) -> String {
        isNegative ? "-" + digits : sign == "-" ? digits : String(sign) + digits
    }

    private func grouped(_ digits: String, every count: Int) -> String {
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % count == 0, let grouping { result.unicodeScalars.append(grouping) }
            result.append(digit)
        }
        return result
    }
}
