/// Cuts at white space, which disappears, and makes every punctuation character a part.
struct BertPreTokenizer: PreTokenizer {
    private static let punctuation = CharacterSplit(delimiter: .punctuation, behavior: .isolated)

    var needsOrigins: Bool { false }

    func split(_ text: inout PreTokenizedText) {
        text.cut { bytes, range, emit in
            WhitespaceSplit.forEachWord(in: bytes, range) { word in
                BertPreTokenizer.punctuation.forEachPart(of: bytes, word, emit)
            }
        }
    }
}

/// Cuts as the regular expression `\w+|[^\w\s]+` does: into runs of word characters, and of what is neither that nor
/// white space.
struct WordSplit: PreTokenizer {
    var needsOrigins: Bool { false }

    func split(_ text: inout PreTokenizedText) {
        text.cut { bytes, range, emit in
            WhitespaceSplit.forEachWord(in: bytes, range) { word in
                var start = word.lowerBound
                var index = start
                var wasWord = false
                while index < word.upperBound {
                    let length = UTF8Scan.length(bytes[index])
                    let isWord = CharacterProperties.of(UTF8Scan.scalar(at: index, length: length, in: bytes))
                        .contains(.word)
                    if isWord != wasWord, start < index {
                        emit(start..<index)
                        start = index
                    }
                    wasWord = isWord
                    index += length
                }
                emit(start..<word.upperBound)
            }
        }
    }
}
