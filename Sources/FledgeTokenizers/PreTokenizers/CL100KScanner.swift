/// The pattern of GPT-4's cl100k_base, Llama 3 and Qwen 2:
///
/// ```
/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
struct CL100KScanner: PieceScanner {
    /// How many digits make a piece: 3, and 1 for Qwen 2.
    let digits: Int
    /// Whether all white space at the end of the text is one piece (`\s++$` before `\s*[\r\n]`), as tiktoken's own
    /// form of the pattern has it.
    let takesEnd: Bool
    private let classes = CharacterClasses.shared

    init(digits: Int, takesEnd: Bool) {
        self.digits = digits
        self.takesEnd = takesEnd
    }

    @inline(__always)
    func piece(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> (end: Int, isMatch: Bool) {
        let contraction = PieceScan.contraction(at: start, in: text, ignoresCase: true)
        if contraction > 0 { return (start + contraction, true) }
        let first = classes.character(at: start, in: text)
        let rest = start + first.length
        if first.class.isLetter { return (classes.runEnd(from: rest, in: text) { $0.isLetter }, true) }
        if first.class == .number { return (numberEnd(after: rest, in: text), true) }
        if rest < text.count, !PieceScan.isLineEnd(text[start]) {
            let second = classes.character(at: rest, in: text)
            if second.class.isLetter {
                return (classes.runEnd(from: rest + second.length, in: text) { $0.isLetter }, true)
            }
            if text[start] == 0x20, second.class.isSymbol {
                return (symbolEnd(after: rest + second.length, in: text), true)
            }
        }
        if first.class.isSymbol { return (symbolEnd(after: rest, in: text), true) }
        if takesEnd, classes.runEnd(from: rest, in: text, while: { $0 == .space }) == text.count {
            return (text.count, true)
        }
        if let end = PieceScan.lineEnds(from: start, in: text, classes) { return (end, true) }
        return (PieceScan.spaces(from: start, in: text, classes), true)
    }

    private func numberEnd(after start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var end = start
        var count = 1
        while count < digits, end < text.count {
            let character = classes.character(at: end, in: text)
            guard character.class == .number else { break }
            end += character.length
            count += 1
        }
        return end
    }

    @inline(__always)
    private func symbolEnd(after start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var end = classes.runEnd(from: start, in: text) { $0.isSymbol }
        while end < text.count, PieceScan.isLineEnd(text[end]) { end += 1 }
        return end
    }
}
