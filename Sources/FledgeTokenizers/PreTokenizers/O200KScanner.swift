/// The pattern of GPT-4o's o200k_base: words begin anew at a capital after small letters, and take contractions with
/// them.
///
/// ```
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// \p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
struct O200KScanner: PieceScanner {
    private let classes = CharacterClasses.shared

    func piece(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> (end: Int, isMatch: Bool) {
        let first = classes.character(at: start, in: text)
        let rest = start + first.length
        // The optional character before a word is tried first, then the word without it.
        let mayLead = !first.class.isLetter && first.class != .number && !PieceScan.isLineEnd(text[start])
        let end =
            (mayLead ? lowerWordEnd(from: rest, in: text) : nil) ?? lowerWordEnd(from: start, in: text)
            ?? (mayLead ? upperWordEnd(from: rest, in: text) : nil) ?? upperWordEnd(from: start, in: text)
        if let end {
            guard end < text.count else { return (end, true) }
            return (end + PieceScan.contraction(at: end, in: text, ignoresCase: true), true)
        }
        if first.class == .number {
            var end = rest
            for _ in 0..<2 where end < text.count {
                let next = classes.character(at: end, in: text)
                guard next.class == .number else { break }
                end += next.length
            }
            return (end, true)
        }
        let symbol = text[start] == 0x20 ? rest : start
        if symbol < text.count, classes.character(at: symbol, in: text).class.isSymbol {
            var end = classes.runEnd(from: symbol, in: text) { $0.isSymbol }
            while end < text.count, PieceScan.isLineEnd(text[end]) || text[end] == UInt8(ascii: "/") { end += 1 }
            return (end, true)
        }
        if let end = PieceScan.lineEnds(from: start, in: text, classes) { return (end, true) }
        return (PieceScan.spaces(from: start, in: text, classes), true)
    }

    /// The end of capitals and then at least one small letter; what has no case may be either.
    private func lowerWordEnd(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = start
        // The end of the last character that may be a small letter too, should no other follow.
        var lastEither: Int?
        while index < text.count {
            let character = classes.character(at: index, in: text)
            guard O200KScanner.isUpper(character.class) else { break }
            index += character.length
            if character.class != .upper { lastEither = index }
        }
        let end = classes.runEnd(from: index, in: text, while: O200KScanner.isLower)
        return end > index ? end : lastEither
    }

    /// The end of at least one capital and then small letters.
    private func upperWordEnd(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        let capitals = classes.runEnd(from: start, in: text, while: O200KScanner.isUpper)
        return capitals > start ? classes.runEnd(from: capitals, in: text, while: O200KScanner.isLower) : nil
    }

    @inline(__always)
    private static func isUpper(_ character: CharacterClass) -> Bool {
        character == .upper || character == .caseless || character == .mark
    }

    @inline(__always)
    private static func isLower(_ character: CharacterClass) -> Bool {
        character == .lower || character == .caseless || character == .mark
    }
}
