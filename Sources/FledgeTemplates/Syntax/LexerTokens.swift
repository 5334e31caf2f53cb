extension Lexer {
    /// Reads the token at `position` inside a tag, and returns it if it is a symbol.
    mutating func scanToken() throws(Failure) -> Token.Symbol? {
        let first = source[position]
        if first.isIdentifierStart {
            scanName()
        } else if "0"..."9" ~= first {
            try scanNumber()
        } else if first == "'" || first == "\"" {
            try scanString(quote: first)
        } else {
            return try scanSymbol()
        }
        return nil
    }

    private mutating func scanName() {
        let start = position
        while position < source.count, source[position].isIdentifierPart { position += 1 }
        append(.name(Lexer.text(source[start..<position])), at: start)
    }

    private mutating func scanSymbol() throws(Failure) -> Token.Symbol {
        for length in [2, 1] where position + length <= source.count {
            if let symbol = Token.Symbol(rawValue: Lexer.text(source[position..<position + length])) {
                append(.symbol(symbol), at: position)
                position += length
                return symbol
            }
        }
        throw .syntax("the character “\(source[position])” has no meaning here", at: place(of: position))
    }

    /// The index after digits that single underscores may part.
    private func digits(from start: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int {
        var index = start
        while let scalar = peek(index) {
            if isDigit(scalar) {
                index += 1
            } else if scalar == "_", index > start, let next = peek(index + 1), isDigit(next) {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    private mutating func scanNumber() throws(Failure) {
        let start = position
        if source[start] == "0", let letter = peek(start + 1), let radix = Lexer.radix(letter) {
            let end = digits(from: start + 2) { Int(String($0), radix: radix) != nil }
            if end > start + 2 {
                position = end
                return try appendInteger(start, source[(start + 2)..<end], radix: radix)
            }
        }
        let whole = digits(from: start) { "0"..."9" ~= $0 }
        var end = whole
        // After a dot, as in `x.1.5`, a number is an index and has no fraction.
        if start == 0 || source[start - 1] != "." {
            if peek(end) == ".", let digit = peek(end + 1), "0"..."9" ~= digit {
                end = digits(from: end + 1) { "0"..."9" ~= $0 }
            }
            if peek(end) == "e" || peek(end) == "E" {
                let signed = peek(end + 1) == "+" || peek(end + 1) == "-"
                let exponent = end + (signed ? 2 : 1)
                let last = digits(from: exponent) { "0"..."9" ~= $0 }
                if last > exponent { end = last }
            }
        }
        position = end
        guard end == whole else {
            let text = Lexer.text(source[start..<end].filter { $0 != "_" }[...])
            return append(.float(Double(text) ?? .nan), at: start)
        }
        guard source[start] != "0" || source[start..<end].allSatisfy({ $0 == "0" || $0 == "_" }) else {
            throw .syntax("a whole number must not begin with 0", at: place(of: start))
        }
        try appendInteger(start, source[start..<end], radix: 10)
    }

    private static func radix(_ letter: Unicode.Scalar) -> Int? {
        switch letter {
        case "x", "X": 16
        case "o", "O": 8
        case "b", "B": 2
        default: nil
        }
    }

    private mutating func appendInteger(_ start: Int, _ digits: ArraySlice<Unicode.Scalar>, radix: Int)
        throws(Failure)
    {
        guard let value = Int(Lexer.text(digits.filter { $0 != "_" }[...]), radix: radix) else {
            throw .syntax("the number is larger than 2⁶³ − 1", at: place(of: start))
        }
        append(.integer(value), at: start)
    }

    private mutating func scanString(quote: Unicode.Scalar) throws(Failure) {
        let start = position
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = peek(position), scalar != quote {
            position += 1
            if scalar != "\\" {
                text.append(scalar)
            } else {
                try scanEscape(into: &text)
            }
        }
        guard position < source.count else {
            throw .syntax("the string that begins here has no end", at: place(of: start))
        }
        position += 1
        append(.string(String(text)), at: start)
    }

    private mutating func scanEscape(into text: inout String.UnicodeScalarView) throws(Failure) {
        guard let scalar = peek(position) else { return }
        position += 1
        switch scalar {
        case "\n": return
        case "\\", "'", "\"": text.append(scalar)
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "r": text.append("\r")
        case "a": text.append("\u{7}")
        case "b": text.append("\u{8}")
        case "f": text.append("\u{C}")
        case "v": text.append("\u{B}")
        case "x": try scanCode(digits: 2, into: &text)
        case "u": try scanCode(digits: 4, into: &text)
        case "U": try scanCode(digits: 8, into: &text)
        case "N": throw .syntax("characters cannot be written by their names here", at: place(of: position - 2))
        case "0"..."7":
            var code = scalar.value - 48
            var count = 1
            while count < 3, let digit = peek(position), "0"..."7" ~= digit {
                code = code * 8 + digit.value - 48
                position += 1
                count += 1
            }
            text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
        default:
            text.append("\\")
            text.append(scalar)
        }
    }

    private mutating func scanCode(digits count: Int, into text: inout String.UnicodeScalarView) throws(Failure) {
        let end = position + count
        guard end <= source.count,
            source[position..<end].allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit }),
            let code = UInt32(Lexer.text(source[position..<end]), radix: 16), let scalar = Unicode.Scalar(code)
        else {
            throw .syntax("the escape does not name a character by \(count) digits", at: place(of: position - 2))
        }
        text.append(scalar)
        position = end
    }
}
