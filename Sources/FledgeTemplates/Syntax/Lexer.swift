/// Cuts a template's text into tokens, and takes away the white space around tags.
///
/// As transformers sets it: the first line break after a block or comment is dropped (`trim_blocks`), and so are the
/// blanks before one that stands first in its line (`lstrip_blocks`); `-` at a tag's edge drops all white space
/// there, `+` keeps it. One line break at the very end of the text is dropped.
struct Lexer {
    let source: [Unicode.Scalar]
    var position = 0
    private(set) var result: [Token] = []
    /// Whether the text before `position` ended with a line break.
    private var isLineStarting = true
    private var placeIndex = 0
    private var currentPlace = Place(line: 1, column: 1)

    init(_ text: String) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                scalars.append("\n")
            } else if scalar != "\n" || previous != "\r" {
                scalars.append(scalar)
            }
            previous = scalar
        }
        if scalars.last == "\n" { scalars.removeLast() }
        source = scalars
    }

    /// All tokens, ending with ``Token/Kind/end``.
    mutating func tokens() throws(Failure) -> [Token] {
        while let start = nextTag() {
            let kind = source[start + 1]
            let sign = peek(start + 2)
            appendData(position..<start, sign: sign, mayStrip: kind != "{")
            let isSigned = sign == "-" || sign == "+"
            position = start + (isSigned ? 3 : 2)
            switch kind {
            case "#": try skipComment(from: start)
            case "{": try scanTag(from: start, isVariable: true)
            default:
                if let end = rawBegin() {
                    try scanRaw(from: start, contentStart: end)
                } else {
                    try scanTag(from: start, isVariable: false)
                }
            }
            isLineStarting = source[position - 1] == "\n"
        }
        appendData(position..<source.count, sign: nil, mayStrip: false)
        append(.end, at: source.count)
        return result
    }

    func peek(_ index: Int) -> Unicode.Scalar? { index < source.count ? source[index] : nil }

    mutating func append(_ kind: Token.Kind, at index: Int) {
        result.append(Token(kind: kind, place: place(of: index)))
    }

    /// The place of an index; indices must come in ascending order.
    mutating func place(of index: Int) -> Place {
        while placeIndex < index {
            if source[placeIndex] == "\n" {
                currentPlace = Place(line: currentPlace.line + 1, column: 1)
            } else {
                currentPlace.column += 1
            }
            placeIndex += 1
        }
        return currentPlace
    }

    private func nextTag() -> Int? {
        var index = position
        while index + 1 < source.count {
            if source[index] == "{", "{%#".unicodeScalars.contains(source[index + 1]) { return index }
            index += 1
        }
        return nil
    }

    private mutating func appendData(_ range: Range<Int>, sign: Unicode.Scalar?, mayStrip: Bool) {
        var end = range.upperBound
        var blank = end
        if sign == "-" || (sign != "+" && mayStrip) {
            while blank > range.lowerBound, source[blank - 1].isPythonSpace, sign == "-" || source[blank - 1] != "\n" {
                blank -= 1
            }
            let isFirstInLine = blank > range.lowerBound ? source[blank - 1] == "\n" : isLineStarting
            if sign == "-" || isFirstInLine { end = blank }
        }
        guard range.lowerBound < end else { return }
        append(.data(Lexer.text(source[range.lowerBound..<end])), at: range.lowerBound)
    }

    static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private func skippingSpace(_ start: Int) -> Int {
        var index = start
        while index < source.count, source[index].isPythonSpace { index += 1 }
        return index
    }

    /// The index after the end of a tag, if one begins at `index`. `mark` is the character before the brace.
    private func tagEnd(_ mark: Unicode.Scalar, at index: Int) -> Int? {
        func closes(_ start: Int) -> Bool { peek(start) == mark && peek(start + 1) == "}" }
        if closes(index) {
            return mark != "}" && peek(index + 2) == "\n" ? index + 3 : index + 2
        }
        guard closes(index + 1) else { return nil }
        switch source[index] {
        case "-": return skippingSpace(index + 3)
        case "+": return mark == "}" ? nil : index + 3
        default: return nil
        }
    }

    private mutating func skipComment(from start: Int) throws(Failure) {
        while position < source.count {
            if let end = tagEnd("#", at: position) {
                position = end
                return
            }
            position += 1
        }
        throw .syntax("the comment that begins here has no end “#}”", at: place(of: start))
    }

    private func word(_ word: String, at index: Int) -> Int? {
        let scalars = Array(word.unicodeScalars)
        guard index + scalars.count <= source.count,
            source[index..<index + scalars.count].elementsEqual(scalars)
        else { return nil }
        return index + scalars.count
    }

    /// The index of a raw block's content, if the tag at `position` begins one.
    private func rawBegin() -> Int? {
        guard let end = word("raw", at: skippingSpace(position)) else { return nil }
        let close = skippingSpace(end)
        if peek(close) == "-", peek(close + 1) == "%", peek(close + 2) == "}" { return skippingSpace(close + 3) }
        return peek(close) == "%" && peek(close + 1) == "}" ? close + 2 : nil
    }

    private mutating func scanRaw(from start: Int, contentStart: Int) throws(Failure) {
        isLineStarting = source[contentStart - 1] == "\n"
        var index = contentStart
        while index + 1 < source.count {
            if source[index] == "{", source[index + 1] == "%" {
                let sign = peek(index + 2)
                let name = skippingSpace(sign == "-" || sign == "+" ? index + 3 : index + 2)
                if let end = word("endraw", at: name), let close = tagEnd("%", at: skippingSpace(end)) {
                    appendData(contentStart..<index, sign: sign, mayStrip: true)
                    position = close
                    return
                }
            }
            index += 1
        }
        throw .syntax("the raw block that begins here has no end “{% endraw %}”", at: place(of: start))
    }

    private mutating func scanTag(from start: Int, isVariable: Bool) throws(Failure) {
        append(isVariable ? .variableBegin : .blockBegin, at: start)
        var open: [Token.Symbol] = []
        while true {
            position = skippingSpace(position)
            guard position < source.count else {
                append(.end, at: source.count)
                return
            }
            if open.isEmpty, let end = tagEnd(isVariable ? "}" : "%", at: position) {
                append(isVariable ? .variableEnd : .blockEnd, at: position)
                position = end
                return
            }
            let symbol = try scanToken()
            if let symbol { try balance(symbol, &open) }
        }
    }

    private func balance(_ symbol: Token.Symbol, _ open: inout [Token.Symbol]) throws(Failure) {
        switch symbol {
        case .openBrace: open.append(.closeBrace)
        case .openBracket: open.append(.closeBracket)
        case .openParenthesis: open.append(.closeParenthesis)
        case .closeBrace, .closeBracket, .closeParenthesis:
            let expected = open.popLast()
            guard expected != symbol else { return }
            let hint = expected.map { "; “\($0.rawValue)” is expected" } ?? ""
            throw .syntax("“\(symbol.rawValue)” closes nothing here\(hint)", at: currentPlace)
        default: return
        }
    }
}
