/// ` ?[^(\s|[.,!?…。，、।۔،])]+`, the pattern of BLOOM: runs of anything but white space, sentence marks, brackets and
/// `|`; the brackets and the bar were meant as an expression but stand inside the set.
struct BloomScanner: PieceScanner {
    private let classes = CharacterClasses.shared

    @inline(__always)
    func piece(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> (end: Int, isMatch: Bool) {
        if let end = match(at: start, in: text) { return (end, true) }
        var index = start
        while index < text.count {
            index += UTF8Scan.length(text[index])
            if index < text.count, isMatch(at: index, in: text) { break }
        }
        return (index, false)
    }

    @inline(__always)
    private func match(at start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        let word = text[start] == 0x20 ? start + 1 : start
        var index = word
        while index < text.count, isIncluded(at: index, in: text) { index &+= UTF8Scan.length(text[index]) }
        return index > word ? index : nil
    }

    private func isMatch(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let word = text[index] == 0x20 ? index + 1 : index
        return word < text.count && isIncluded(at: word, in: text)
    }

    @inline(__always)
    private func isIncluded(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = text[index]
        if first < 0x80 {
            switch first {
            case 0x09...0x0D, 0x20, UInt8(ascii: "!"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
                UInt8(ascii: "."), UInt8(ascii: "?"), UInt8(ascii: "|"):
                return false
            default: return true
            }
        }
        let scalar = UTF8Scan.scalar(at: index, length: UTF8Scan.length(first), in: text)
        switch scalar {
        case 0x60C, 0x6D4, 0x964, 0x2026, 0x3001, 0x3002, 0xFF0C: return false
        default: return classes.of(scalar) != .space
        }
    }
}
