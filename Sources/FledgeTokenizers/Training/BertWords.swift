/// Words of BERT: what is between white space and punctuation, and each punctuation character.
struct BertWords: WordSource {
    let normalizer: BertNormalizer
    private let classes: [UInt8]

    init(lowercases: Bool) {
        normalizer = BertNormalizer(lowercases: lowercases)
        // 0 for what needs the stages themselves, 1 for letters and digits, 2 for upper case letters that change,
        // 3 for punctuation, 4 for white space.
        classes = (0..<256).map { byte in
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x20: return 4
            case 0x21..<0x7F:
                if CharacterProperties.of(UInt32(byte)).contains(.punctuation) { return 3 }
                return lowercases && byte >= 0x41 && byte <= 0x5A ? 2 : 1
            default: return 0
            }
        }
    }

    func addWords(of document: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter) {
        var lower: [UInt8] = []
        classes.withUnsafeBufferPointer { classes in
            var index = 0
            while index < document.count {
                let start = index
                var seen = 0
                // White space and punctuation of ASCII are starters that nothing composes with, so that what is
                // between them can be looked at alone.
                while index < document.count {
                    let kind = classes[Int(document[index])]
                    guard kind < 3 else { break }
                    seen |= 1 << Int(kind)
                    index &+= 1
                }
                if start < index {
                    let word = UnsafeBufferPointer(rebasing: document[start..<index])
                    if seen & 1 != 0 {
                        addByStages(word, to: &counter)
                    } else if seen & 4 == 0 {
                        counter.add(UnsafeRawBufferPointer(word))
                    } else {
                        lower.removeAll(keepingCapacity: true)
                        for byte in word { lower.append(classes[Int(byte)] == 2 ? byte | 0x20 : byte) }
                        lower.withUnsafeBytes { counter.add($0) }
                    }
                }
                guard index < document.count else { break }
                if classes[Int(document[index])] == 3 {
                    counter.add(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(document)[index..<index + 1]))
                }
                index &+= 1
            }
        }
    }

    private func addByStages(_ part: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter) {
        var text = AlignedText(original: part, range: 0..<part.count, isTracked: false)
        normalizer.normalize(&text)
        var words = PreTokenizedText(capacity: text.bytes.count, isTracked: false)
        words.append(text, 0..<text.bytes.count)
        BertPreTokenizer().split(&words)
        words.text.bytes.withUnsafeBytes { bytes in
            for split in words.splits { counter.add(UnsafeRawBufferPointer(rebasing: bytes[split.range])) }
        }
    }
}
