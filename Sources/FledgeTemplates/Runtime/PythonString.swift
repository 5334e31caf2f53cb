/// What Python's `str` does with code points.
enum PythonString {
    typealias Scalars = [Unicode.Scalar]

    static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Python's `repr` of a string.
    static func repr(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        var result = String.UnicodeScalarView()
        result.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: #"\\"#.unicodeScalars)
            case "\n": result.append(contentsOf: #"\n"#.unicodeScalars)
            case "\r": result.append(contentsOf: #"\r"#.unicodeScalars)
            case "\t": result.append(contentsOf: #"\t"#.unicodeScalars)
            case quote:
                result.append("\\")
                result.append(quote)
            default:
                if scalar.isPythonPrintable {
                    result.append(scalar)
                } else {
                    result.append(contentsOf: escape(scalar).unicodeScalars)
                }
            }
        }
        result.append(quote)
        return String(result)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0...0xFF: "\\x" + hexadecimal(scalar.value, digits: 2)
        case 0...0xFFFF: "\\u" + hexadecimal(scalar.value, digits: 4)
        default: "\\U" + hexadecimal(scalar.value, digits: 8)
        }
    }

    /// A number in lower-case hexadecimal digits, filled with zeros.
    static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }

    static func lower(_ text: String) -> String {
        guard text.unicodeScalars.contains("Σ") else { return text.lowercased() }
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            result += scalar == "Σ" && isFinalSigma(scalars, index) ? "ς" : scalar.properties.lowercaseMapping
        }
        return result
    }

    /// Whether a capital sigma ends a word (Unicode, section 3.13, Final_Sigma).
    private static func isFinalSigma(_ scalars: Scalars, _ index: Int) -> Bool {
        func isCased(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
            scalars.first { !$0.properties.isCaseIgnorable }?.properties.isCased ?? false
        }
        return isCased(scalars[..<index].reversed()) && !isCased(scalars[(index + 1)...])
    }

    static func capitalize(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + lower(self.text(text.unicodeScalars.dropFirst()))
    }

    /// Python's `str.title`: the first letter of every run of letters is large.
    static func title(_ text: String) -> String {
        var result = ""
        var isInside = false
        for scalar in text.unicodeScalars {
            result += isInside ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
            isInside = scalar.properties.isCased
        }
        return result
    }

    static func strip(_ text: String, _ characters: String?, left: Bool = true, right: Bool = true) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func isStripped(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
        var rest = text.unicodeScalars[...]
        if left { rest = rest.drop(while: isStripped) }
        if right { while let last = rest.last, isStripped(last) { rest.removeLast() } }
        return String(rest)
    }

    /// Python's `str.splitlines`.
    static func lines(_ text: String, keepEnds: Bool = false) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n", previous == "\r" {
                if keepEnds, !lines.isEmpty { lines[lines.count - 1].unicodeScalars.append(scalar) }
            } else if scalar.isPythonLineBreak {
                if keepEnds { line.append(scalar) }
                lines.append(String(line))
                line = String.UnicodeScalarView()
            } else {
                line.append(scalar)
            }
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }

    /// Python's `str.split` without a separator.
    static func words(_ text: String, limit: Int, fromRight: Bool) -> [String] {
        var rest = Array(text.unicodeScalars)[...]
        var words: [String] = []
        while true {
            if fromRight {
                while let last = rest.last, last.isPythonSpace { rest.removeLast() }
            } else {
                rest = rest.drop { $0.isPythonSpace }
            }
            if rest.isEmpty { break }
            if words.count == limit {
                words.append(self.text(rest))
                break
            }
            if fromRight {
                let start = rest.lastIndex { $0.isPythonSpace }.map { $0 + 1 } ?? rest.startIndex
                words.append(self.text(rest[start...]))
                rest = rest[..<start]
            } else {
                let end = rest.firstIndex { $0.isPythonSpace } ?? rest.endIndex
                words.append(self.text(rest[..<end]))
                rest = rest[end...]
            }
        }
        return fromRight ? words.reversed() : words
    }

    /// Python's `str.islower` (or `isupper`): there are cased letters, and all are small (or large).
    static func hasCase(_ text: String, lower: Bool) -> Bool {
        var found = false
        for scalar in text.unicodeScalars where scalar.properties.isCased {
            guard lower ? scalar.properties.isLowercase : scalar.properties.isUppercase else { return false }
            found = true
        }
        return found
    }
}
