/// Where the sentences of a text end.
enum SentenceEnds {
    /// The places in bytes behind each sentence: behind `.`, `!` or `?`, and the quotation marks and brackets that follow,
    /// where white space comes next; and behind each line.
    static func find(in text: String) -> [Int] {
        let bytes = Array(text.utf8)
        var ends: [Int] = []
        for (index, byte) in bytes.enumerated() {
            let isSpace = byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
            guard isSpace, index > 0 else { continue }
            if byte == 0x0A || isEnd(bytes, before: index) { ends.append(index) }
        }
        return ends
    }

    private static func isEnd(_ bytes: [UInt8], before index: Int) -> Bool {
        var place = index - 1
        // A few closing marks, and no more, so that a text of brackets takes no time.
        let lowest = max(place - 4, 0)
        while place > lowest, [0x22, 0x27, 0x29, 0x5D].contains(bytes[place]) { place -= 1 }
        return [UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?")].contains(bytes[place])
    }
}
