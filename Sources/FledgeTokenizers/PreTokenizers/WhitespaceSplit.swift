/// Cuts at white space, which disappears.
struct WhitespaceSplit: PreTokenizer {
    var needsOrigins: Bool { false }

    func split(_ text: inout PreTokenizedText) {
        var splits: [PreTokenizedText.Split] = []
        splits.reserveCapacity(text.text.bytes.count / 5)
        text.text.bytes.withUnsafeBufferPointer { bytes in
            for split in text.splits {
                guard split.addedToken == nil else {
                    splits.append(split)
                    continue
                }
                WhitespaceSplit.forEachWord(in: bytes, split.range) { word in
                    let origin = text.text.isTracked ? text.text.starts[word.lowerBound] : 0
                    splits.append(.init(range: word, origin: origin, addedToken: nil))
                }
            }
        }
        text.splits = splits
    }

    /// Calls a closure with every longest run of characters that are not white space.
    @inline(__always)
    static func forEachWord(
        in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) {
        var start = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            let space = Whitespace.length(at: index, in: bytes)
            if space > 0 {
                if start < index { body(start..<index) }
                index += space
                start = index
            } else {
                index += UTF8Scan.length(bytes[index])
            }
        }
        if start < range.upperBound { body(start..<range.upperBound) }
    }
}
