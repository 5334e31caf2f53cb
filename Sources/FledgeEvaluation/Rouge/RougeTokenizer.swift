/// Cuts texts into words as rouge_score does: lower case, every run of other than `a`–`z` and `0`–`9` is a gap, and words
/// of more than three letters are stemmed. Words become numbers at once, and each different word is stemmed once.
struct RougeTokenizer {
    private let stems: Bool
    private var stemmer = PorterStemmer()
    /// Words as they are written, and the number of each one's stem.
    private var words = WordTable()
    private var stemOfWord: [Int32] = []
    private var tokens = WordTable()
    private var word: [UInt8] = []

    /// - Parameter stems: whether words are stemmed.
    init(stems: Bool) {
        self.stems = stems
    }

    /// How many different tokens there have been.
    var vocabularyCount: Int { tokens.count }

    /// The letter or digit that a byte stands for, 0 for a gap.
    private static let letters: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): UInt8(byte)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt8(byte) | 0x20
        default: 0
        }
    }

    /// The tokens of a text.
    mutating func tokenize(_ text: String) -> RougeText {
        var text = text
        var result = RougeText()
        text.withUTF8 { bytes in
            RougeTokenizer.letters.withUnsafeBufferPointer { letters in
                var index = 0
                while index < bytes.count {
                    let byte = bytes[index]
                    index += 1
                    let letter = letters[Int(byte)]
                    if letter != 0 {
                        word.append(letter)
                    } else if byte == 0xE2, bytes[index...].starts(with: [0x84, 0xAA]) {
                        // The Kelvin sign, whose small letter is k.
                        word.append(UInt8(ascii: "k"))
                        index += 2
                    } else {
                        // The small letter of a dotted capital I is i and a combining dot.
                        if byte == 0xC4, index < bytes.count, bytes[index] == 0xB0 { word.append(UInt8(ascii: "i")) }
                        endWord(in: &result)
                        if byte == UInt8(ascii: "\n") { result.endSentence() }
                    }
                }
            }
        }
        endWord(in: &result)
        result.endSentence()
        return result
    }

    private mutating func endWord(in text: inout RougeText) {
        guard !word.isEmpty else { return }
        let number = words.number(of: word)
        if Int(number) == stemOfWord.count {
            let stem = stems && word.count > 3 ? stemmer.stem(word) : word
            stemOfWord.append(stem.isEmpty ? -1 : tokens.number(of: stem))
        }
        if stemOfWord[Int(number)] >= 0 { text.tokens.append(stemOfWord[Int(number)]) }
        word.removeAll(keepingCapacity: true)
    }
}

/// The tokens of a text, and where its sentences end.
struct RougeText {
    var tokens: [Int32] = []
    /// The sentences that have tokens.
    private(set) var sentences: [Range<Int>] = []

    mutating func endSentence() {
        let start = sentences.last?.upperBound ?? 0
        if start < tokens.count { sentences.append(start..<tokens.count) }
    }
}
