/// Words of SentencePiece: each begins with `▁`, which stands for the space before it, and has none inside.
struct MetaspaceWords: WordSource {
    private let normalizer: SentencePieceNormalizer
    /// Whether white space at the ends and repeated white space disappears.
    private let removesExtraSpaces: Bool
    /// For each byte whether it is a character that stays as it is (1), white space (2), or neither (0).
    private let classes: [UInt8]

    /// - Parameters:
    ///   - map: what characters become, or nil if they stay as they are.
    ///   - removesExtraSpaces: whether white space at the ends and repeated white space disappears.
    init(map: CharacterMap?, removesExtraSpaces: Bool) {
        var spec = SentencePieceFile.NormalizerSpec()
        spec.removesExtraWhitespaces = removesExtraSpaces
        normalizer = SentencePieceNormalizer(map: map, symbols: nil, spec: spec, treatsWhitespaceAsSuffix: false)
        self.removesExtraSpaces = removesExtraSpaces
        classes = (UInt8(0)...255).map { byte in
            guard byte < 0x80 else { return 0 }
            let alone: [UInt8] = [byte]
            let replacement = alone.withUnsafeBufferPointer { map?.longestMatch(in: $0, range: 0..<1)?.replacement }
            if byte > 0x20, byte < 0x7F { return replacement == nil ? 1 : 0 }
            guard [0x09, 0x0A, 0x0D, 0x20].contains(byte) else { return 0 }
            return byte == 0x20 || replacement.map { Array($0) == [0x20] } ?? false ? 2 : 0
        }
    }

    func addWords(of document: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter) {
        guard removesExtraSpaces else { return addByStages(document, to: &counter) }
        var word = SentencePieceNormalizer.space
        classes.withUnsafeBufferPointer { classes in
            var index = 0
            while index < document.count {
                // No entry of the map has white space of ASCII in it, so that what is between can be looked at alone.
                let start = index
                var isPlain = true
                while index < document.count {
                    let kind = classes[Int(document[index])]
                    guard kind != 2 else { break }
                    isPlain = isPlain && kind == 1
                    index &+= 1
                }
                if start < index {
                    let part = UnsafeBufferPointer(rebasing: document[start..<index])
                    if isPlain {
                        word.removeSubrange(SentencePieceNormalizer.space.count...)
                        word.append(contentsOf: part)
                        word.withUnsafeBytes { counter.add($0) }
                    } else {
                        addByStages(part, to: &counter)
                    }
                }
                index &+= 1
            }
        }
    }

    private func addByStages(_ part: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter) {
        var text = AlignedText(original: part, range: 0..<part.count, isTracked: false)
        normalizer.normalize(&text)
        text.bytes.withUnsafeBytes { bytes in
            let space = SentencePieceNormalizer.space
            var start = 0
            var index = 1
            while index + space.count <= bytes.count {
                if bytes[index] == space[0], bytes[index + 1] == space[1], bytes[index + 2] == space[2] {
                    counter.add(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
                    start = index
                }
                index += 1
            }
            counter.add(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }
}
