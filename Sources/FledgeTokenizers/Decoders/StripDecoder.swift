/// Removes up to so many of a character from the start and the end of each token.
struct StripDecoder: Decoder {
    let content: [UInt8]
    let start: Int
    let stop: Int
    private var removedAtStart = 0
    private var isAtStart = true
    /// How many of the character are held back because they may turn out to be the last.
    private var heldCount = 0

    init(content: [UInt8], start: Int, stop: Int) {
        self.content = content
        self.start = start
        self.stop = stop
    }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        var bytes = fragment.bytes[...]
        while isAtStart, !bytes.isEmpty {
            if removedAtStart < start, bytes.starts(with: content) {
                bytes = bytes.dropFirst(content.count)
                removedAtStart += 1
            } else {
                isAtStart = false
            }
        }
        var trailing = 0
        var rest = bytes
        while trailing < stop, rest.count >= content.count, rest.suffix(content.count).elementsEqual(content) {
            rest = rest.dropLast(content.count)
            trailing += 1
        }
        // What was held before is now either inside the text or still at its end.
        let total = rest.isEmpty ? heldCount + trailing : trailing
        let inside = rest.isEmpty ? max(0, total - stop) : heldCount
        var text = [UInt8](repeatElement(content, count: inside).joined())
        text += rest
        heldCount = fragment.endsToken ? 0 : min(total, stop)
        output.append(DecodedFragment(bytes: text, endsToken: fragment.endsToken))
        if fragment.endsToken {
            isAtStart = true
            removedAtStart = 0
        }
    }
}
