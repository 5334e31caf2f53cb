/// Spells texts with one visible character for each byte, and cuts them by GPT-2's pattern first, if asked to.
struct ByteLevelPreTokenizer: PreTokenizer {
    /// Whether parts that do not begin with a space get one.
    let addsPrefixSpace: Bool
    let usesPattern: Bool

    var needsOrigins: Bool { false }

    static func read(_ value: JSONField) throws(TokenizerError) -> ByteLevelPreTokenizer {
        ByteLevelPreTokenizer(
            addsPrefixSpace: try value["add_prefix_space"].bool(default: true),
            usesPattern: try value["use_regex"].bool(default: true))
    }

    func split(_ text: inout PreTokenizedText) {
        if addsPrefixSpace { prependSpaces(to: &text) }
        if usesPattern {
            let scanner = GPT2Scanner()
            text.cut { bytes, emit in scanner.forEachPiece(of: bytes) { range, _ in emit(range) } }
        }
        spell(&text)
    }

    private func prependSpaces(to text: inout PreTokenizedText) {
        let old = text
        text = PreTokenizedText(
            capacity: old.text.bytes.count + old.splits.count, isTracked: old.text.isTracked)
        for split in old.splits {
            let start = text.text.bytes.count
            if split.addedToken == nil, old.text.bytes[split.range.lowerBound] != 0x20 {
                let source = old.text.origin(before: split.range.lowerBound + 1)
                text.text.append(CollectionOfOne(0x20), start: source.start, end: source.end)
            }
            text.text.append(old.text, split.range)
            text.splits.append(
                .init(range: start..<text.text.bytes.count, origin: split.origin, addedToken: split.addedToken))
        }
    }

    private func spell(_ text: inout PreTokenizedText) {
        let old = text
        text = PreTokenizedText(
            capacity: old.text.bytes.count + old.text.bytes.count / 2, isTracked: old.text.isTracked)
        text.splits.reserveCapacity(old.splits.count)
        let alphabet = ByteLevelAlphabet.utf8
        for split in old.splits {
            let start = text.text.bytes.count
            if split.addedToken == nil {
                for index in split.range {
                    let source = old.text.origin(before: index + 1)
                    text.text.append(
                        alphabet[Int(old.text.bytes[index])], start: source.start, end: source.end)
                }
            } else {
                text.text.append(old.text, split.range)
            }
            text.splits.append(
                .init(range: start..<text.text.bytes.count, origin: split.origin, addedToken: split.addedToken))
        }
    }
}
