/// Cuts where the script of characters changes: Latin, Cyrillic, Common (digits and punctuation), …
///
/// Han, Hiragana and Katakana are one script. Spaces and unassigned characters have none: they stay with what is before
/// them, and at the beginning of a text, with nothing before them, they disappear.
struct ScriptSplit: PreTokenizer {
    private static let scripts = ScalarTable(changes: ScriptTable.changes, bits: 8)

    var needsOrigins: Bool { false }

    func split(_ text: inout PreTokenizedText) {
        text.cut { bytes, range, emit in ScriptSplit.forEachPart(of: bytes, range, emit) }
    }

    private static func forEachPart(
        of bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ emit: (Range<Int>) -> Void
    ) {
        var start: Int?
        var last: UInt16 = 0
        var index = range.lowerBound
        while index < range.upperBound {
            let length = UTF8Scan.length(bytes[index])
            let script = scripts[UTF8Scan.scalar(at: index, length: length, in: bytes)]
            if script != 0, script != last {
                if let start { emit(start..<index) }
                start = index
                last = script
            }
            index += length
        }
        if let start { emit(start..<range.upperBound) }
    }
}
