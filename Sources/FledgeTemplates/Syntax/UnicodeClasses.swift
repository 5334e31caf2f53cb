extension Unicode.Scalar {
    /// Whether Python's `str.isspace` holds, and so `\s` of its regular expressions.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
            true
        default: false
        }
    }

    /// Whether a name may begin with the character.
    var isIdentifierStart: Bool {
        switch value {
        case 0x41...0x5A, 0x61...0x7A, 0x5F: true
        case 0..<0x80: false
        default: properties.isXIDStart
        }
    }

    /// Whether a name may contain the character.
    var isIdentifierPart: Bool {
        switch value {
        case 0x30...0x39: true
        case 0..<0x80: isIdentifierStart
        default: properties.isXIDContinue
        }
    }

    /// Whether Python's `repr` writes the character as it is.
    var isPythonPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    /// Whether Python's `str.splitlines` ends a line here.
    var isPythonLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether `\w` of Python's regular expressions matches.
    var isWordCharacter: Bool {
        if value < 0x80 { return isIdentifierPart }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }
}

extension Unicode.Scalar {
    /// Whether Python's `str.isalpha` holds.
    var isPythonLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}
