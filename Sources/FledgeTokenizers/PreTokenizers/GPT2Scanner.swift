/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, the pattern of GPT-2.
struct GPT2Scanner: PieceScanner {
    private let classes = CharacterClasses.shared

    @inline(__always)
    func piece(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> (end: Int, isMatch: Bool) {
        let contraction = PieceScan.contraction(at: start, in: text, ignoresCase: false)
        if contraction > 0 { return (start + contraction, true) }
        let word = text[start] == 0x20 ? start + 1 : start
        guard word < text.count else { return (text.count, true) }
        let first = classes.character(at: word, in: text)
        let rest = word + first.length
        switch first.class {
        case .space:
            return (PieceScan.spaces(from: start, in: text, classes), true)
        case .upper, .lower, .caseless:
            return (classes.runEnd(from: rest, in: text) { $0.isLetter }, true)
        case .number:
            return (classes.runEnd(from: rest, in: text) { $0 == .number }, true)
        case .other, .mark:
            return (classes.runEnd(from: rest, in: text) { $0.isSymbol }, true)
        }
    }
}
