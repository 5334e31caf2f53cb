/// Normalizer, pre-tokenizer and unigram model in one pass, for the tokenizers of the T5 family when only ids are
/// wanted: a character map (or nothing), a cut at white space, and `▁` before every word.
///
/// A word of printable ASCII between ASCII white space is looked up where it stands; nothing is copied. Everything
/// else is handed, in regions that do not influence each other, to the stages themselves.
///
/// Regions are cut only where an ASCII character, ASCII white space and another ASCII character meet: no grapheme
/// cluster crosses such a place (but for CR LF, both of which are white space), so what the character map makes of one
/// side does not depend on the other.
struct FusedUnigramEncoder: FusedEncoder {
    private enum ByteClass: UInt8 { case word, space, other }

    private let normalizer: PrecompiledNormalizer?
    private let model: UnigramModel
    private let prefix: [UInt8]
    private let classes: [UInt8]

    /// Nil if the stages are not those that this can stand in for.
    init?(normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?, model: any TokenizationModel) {
        guard let model = model as? UnigramModel, let sequence = preTokenizer as? SequencePreTokenizer,
            sequence.steps.count == 2, sequence.steps[0] is WhitespaceSplit,
            let metaspace = sequence.steps[1] as? MetaspacePreTokenizer,
            metaspace.options.prependScheme == .always, metaspace.options.splits,
            metaspace.options.replacement[0] >= 0x80
        else { return nil }
        let precompiled = normalizer as? PrecompiledNormalizer
        guard normalizer == nil || precompiled != nil else { return nil }
        self.normalizer = precompiled
        self.model = model
        prefix = metaspace.options.replacement
        var classes = [UInt8](repeating: ByteClass.other.rawValue, count: 256)
        for byte in 0x21...0x7E where precompiled?.keeps(byte) ?? true { classes[byte] = ByteClass.word.rawValue }
        for byte in [0x09, 0x0A, 0x0D, 0x20] where precompiled?.mapsToSpace(byte) ?? true {
            classes[byte] = ByteClass.space.rawValue
        }
        self.classes = classes
    }

    /// Appends the ids of a text in which no added token occurs.
    func encode(_ source: UnsafeBufferPointer<UInt8>, isStart: Bool, into ids: inout [Int]) {
        model.withWorkspace { workspace in
            let words = workspace.prefixedWords
            classes.withUnsafeBufferPointer { classes in
                var index = 0
                while index < source.count {
                    let start = index
                    while index < source.count, classes[Int(source[index])] == ByteClass.word.rawValue { index += 1 }
                    let standsAlone =
                        index == source.count
                        || (classes[Int(source[index])] == ByteClass.space.rawValue
                            && (index + 1 == source.count || source[index + 1] < 0x80))
                    if standsAlone {
                        if start < index {
                            let word = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(source)[start..<index])
                            encode(word, workspace, words, into: &ids)
                        }
                        index += 1
                    } else {
                        index = regionEnd(from: index, in: source, classes)
                        encodeRegion(source, start..<index, workspace, words, into: &ids)
                    }
                }
            }
        }
    }

    /// The next place after which the text can be looked at by itself.
    private func regionEnd(
        from index: Int, in source: UnsafeBufferPointer<UInt8>, _ classes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var end = index + 1
        while end < source.count {
            if source[end] < 0x80, classes[Int(source[end - 1])] == ByteClass.space.rawValue, end >= index + 2,
                source[end - 2] < 0x80
            {
                return end
            }
            end += 1
        }
        return source.count
    }

    @inline(__always)
    private func encode(
        _ word: UnsafeRawBufferPointer, _ workspace: UnigramWorkspace, _ words: WordCache, into ids: inout [Int]
    ) {
        let hash = WordCache.hash(word)
        if let found = words.find(word, hash: hash) {
            for token in found { ids.append(Int(token.id)) }
        } else {
            workspace.encode(word, hash: hash, prefix: prefix, with: model, into: &ids)
        }
    }

    private func encodeRegion(
        _ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ workspace: UnigramWorkspace, _ words: WordCache,
        into ids: inout [Int]
    ) {
        var text = AlignedText(original: source, range: range, isTracked: false)
        normalizer?.normalize(&text)
        text.bytes.withUnsafeBufferPointer { bytes in
            WhitespaceSplit.forEachWord(in: bytes, 0..<bytes.count) { word in
                var start = word.lowerBound
                // What begins with the prefix gets none; where it occurs further on, the word is cut.
                var cut = start
                while cut < word.upperBound {
                    let end = nextPrefix(after: cut, in: bytes, word)
                    let hasPrefix = isPrefix(at: start, in: bytes, word)
                    let part = UnsafeRawBufferPointer(
                        rebasing: UnsafeRawBufferPointer(bytes)[(hasPrefix ? start + prefix.count : start)..<end])
                    encode(part, workspace, words, into: &ids)
                    start = end
                    cut = end
                }
            }
        }
    }

    private func nextPrefix(after index: Int, in bytes: UnsafeBufferPointer<UInt8>, _ word: Range<Int>) -> Int {
        var next = index + 1
        while next < word.upperBound {
            if bytes[next] == prefix[0], isPrefix(at: next, in: bytes, word) { return next }
            next += 1
        }
        return word.upperBound
    }

    private func isPrefix(at index: Int, in bytes: UnsafeBufferPointer<UInt8>, _ word: Range<Int>) -> Bool {
        guard word.upperBound - index >= prefix.count else { return false }
        for offset in prefix.indices where bytes[index + offset] != prefix[offset] { return false }
        return true
    }
}
