/// Texts as Python's `str` methods see them, because the references of the field are written in Python. Properties of
/// characters are those of Swift's standard library, whose version of Unicode may be newer.
enum PythonText {
    /// Whether `str.split` and `str.strip` take a scalar for white space.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Whether `re` takes a scalar, apart from the underscore, for a part of a word.
    static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: scalar.properties.numericType != nil
        }
    }

    /// `str.lower`: full mappings, and a capital sigma at the end of a word becomes ς.
    static func lowercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        for (index, scalar) in scalars.enumerated() {
            if scalar.isASCII {
                let isCapital = 0x41...0x5A ~= scalar.value
                result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
            } else if scalar == "Σ" {
                result.append(isFinalSigma(index, in: scalars) ? "ς" : "σ")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    /// Whether a cased letter stands before a sigma and none after it, whatever can be ignored left aside (The Unicode
    /// Standard, table 3-17).
    private static func isFinalSigma(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard let before = scalars[..<index].last(where: { !$0.properties.isCaseIgnorable }),
            before.properties.isCased
        else { return false }
        guard let after = scalars[(index + 1)...].first(where: { !$0.properties.isCaseIgnorable }) else { return true }
        return !after.properties.isCased
    }

    /// `str.split` without an argument.
    static func split(_ scalars: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
        scalars.split(whereSeparator: isSpace)
    }
}
