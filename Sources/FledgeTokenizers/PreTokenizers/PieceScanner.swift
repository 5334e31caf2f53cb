/// Cuts a text into the pieces that a regular expression would, written by hand for that one expression.
protocol PieceScanner: Sendable {
    /// The end of the piece that starts at an index inside the text, and whether the expression matches it; a piece
    /// that it does not match is what lies between two matches.
    func piece(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> (end: Int, isMatch: Bool)
}

extension PieceScanner {
    /// Calls a closure with all pieces in order.
    @inline(__always)
    func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
        var start = 0
        while start < text.count {
            let piece = piece(from: start, in: text)
            body(start..<piece.end, piece.isMatch)
            start = piece.end
        }
    }
}

/// What the expressions of the GPT family share.
enum PieceScan {
    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at an index, or 0.
    @inline(__always)
    static func contraction(at index: Int, in text: UnsafeBufferPointer<UInt8>, ignoresCase: Bool) -> Int {
        guard text[index] == UInt8(ascii: "'"), index + 1 < text.count else { return 0 }
        let fold: UInt8 = ignoresCase ? 0x20 : 0
        let first = text[index + 1]
        switch first | fold {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
        default: break
        }
        guard index + 2 < text.count else { return 0 }
        switch (first | fold, text[index + 2] | fold) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return 3
        default: break
        }
        // U+017F, the long s, is an s without regard to case.
        return ignoresCase && first == 0xC5 && text[index + 2] == 0xBF ? 3 : 0
    }

    /// The end of `\s+(?!\S)|\s+` at an index where white space is: all of it at the end of the text, otherwise all
    /// but its last character, if there is more than one.
    @inline(__always)
    static func spaces(
        from start: Int, in text: UnsafeBufferPointer<UInt8>, _ classes: CharacterClasses
    ) -> Int {
        var index = start
        var last = start
        while index < text.count {
            let character = classes.character(at: index, in: text)
            guard character.class == .space else { return last == start ? index : last }
            last = index
            index &+= character.length
        }
        return index
    }

    /// The end of `\s*[\r\n]+` at an index, or nil if it does not match.
    @inline(__always)
    static func lineEnds(
        from start: Int, in text: UnsafeBufferPointer<UInt8>, _ classes: CharacterClasses
    ) -> Int? {
        var index = start
        var end: Int?
        while index < text.count {
            let character = classes.character(at: index, in: text)
            guard character.class == .space else { break }
            index &+= character.length
            if isLineEnd(text[index - 1]) { end = index }
        }
        return end
    }

    @inline(__always)
    static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
