/// Prepares a text the way SentencePiece itself does it (`Normalizer::Normalize`): the longest entry of the character
/// map at each place, white space at the ends and repeated white space removed, spaces made visible.
struct SentencePieceNormalizer: Normalizer {
    /// `▁` (U+2581).
    static let space: [UInt8] = [0xE2, 0x96, 0x81]

    private let map: CharacterMap?
    /// Symbols of the user's, which are left as they are.
    private let symbols: PieceTrie?
    private let spec: SentencePieceFile.NormalizerSpec
    private let treatsWhitespaceAsSuffix: Bool
    private let visibleSpace: [UInt8]

    init(
        map: CharacterMap?, symbols: PieceTrie?, spec: SentencePieceFile.NormalizerSpec, treatsWhitespaceAsSuffix: Bool
    ) {
        self.map = map
        self.symbols = symbols
        self.spec = spec
        self.treatsWhitespaceAsSuffix = treatsWhitespaceAsSuffix
        visibleSpace = spec.escapesWhitespaces ? SentencePieceNormalizer.space : [0x20]
    }

    var largestGrowth: Int { Growth.product([visibleSpace.count, map?.longestReplacement ?? 1]) }

    /// Whether all that happens to a text is that spaces become visible, and one is put before it.
    var changesOnlySpaces: Bool {
        map == nil && symbols == nil && !spec.removesExtraWhitespaces && spec.escapesWhitespaces
            && !(treatsWhitespaceAsSuffix && spec.addsDummyPrefix)
    }

    /// Whether spaces become visible at all.
    var showsSpaces: Bool { spec.escapesWhitespaces }

    var addsPrefix: Bool { spec.addsDummyPrefix }

    func normalize(_ text: inout AlignedText) {
        let old = text
        text = AlignedText(emptyAt: old.origin, isTracked: old.isTracked)
        text.bytes.reserveCapacity(old.bytes.count + old.bytes.count / 2)
        old.bytes.withUnsafeBufferPointer { source in
            var index = 0
            while spec.removesExtraWhitespaces, index < source.count {
                let prefix = prefix(at: index, in: source)
                guard prefix.bytes.elementsEqual(CollectionOfOne(0x20)) else { break }
                index += prefix.length
            }
            guard index < source.count else { return }
            let first = old.origin(before: index + 1)
            if spec.addsDummyPrefix, !treatsWhitespaceAsSuffix {
                text.append(visibleSpace, start: first.start, end: first.end)
            }
            rewrite(source, from: index, of: old, into: &text)
            if spec.removesExtraWhitespaces { text.removeSuffixes(visibleSpace) }
            if spec.addsDummyPrefix, treatsWhitespaceAsSuffix {
                let last = text.origin(before: text.bytes.count)
                text.append(visibleSpace, start: last.start, end: last.end)
            }
        }
    }

    private func rewrite(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, of old: AlignedText, into text: inout AlignedText
    ) {
        var isAfterSpace = spec.removesExtraWhitespaces
        var index = start
        while index < source.count {
            let prefix = prefix(at: index, in: source)
            var new = prefix.bytes
            while isAfterSpace, new.first == 0x20 { new = new.dropFirst() }
            if let last = new.last {
                let from = old.origin(before: index + 1).start
                let to = old.origin(before: index + prefix.length).end
                for byte in new {
                    if byte == 0x20 {
                        text.append(visibleSpace, start: from, end: to)
                    } else {
                        text.append(CollectionOfOne(byte), start: from, end: to)
                    }
                }
                isAfterSpace = last == 0x20
            }
            index += prefix.length
            if !spec.removesExtraWhitespaces { isAfterSpace = false }
        }
    }

    /// What the text at an index becomes, and how much of the text that is.
    private func prefix(at index: Int, in source: UnsafeBufferPointer<UInt8>) -> (bytes: ArraySlice<UInt8>, length: Int)
    {
        if let length = symbolLength(at: index, in: source) {
            return (ArraySlice(source[index..<index + length]), length)
        }
        if let match = map?.longestMatch(in: source, range: index..<source.count) {
            return (match.replacement, match.length)
        }
        let length = UTF8Scan.length(source[index])
        return (ArraySlice(source[index..<min(index + length, source.count)]), length)
    }

    private func symbolLength(at index: Int, in source: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let symbols else { return nil }
        var node = 0
        var end = index
        var found: Int?
        while end < source.count {
            let child = Int(symbols.nodes[node].base) + Int(source[end])
            guard symbols.nodes[child].parent == node else { break }
            node = child
            end += 1
            if symbols.nodes[node].value >= 0 { found = end - index }
        }
        return found
    }
}

extension AlignedText {
    /// Removes a suffix as often as it is there.
    mutating func removeSuffixes(_ suffix: [UInt8]) {
        while bytes.count >= suffix.count, bytes.suffix(suffix.count).elementsEqual(suffix) {
            bytes.removeLast(suffix.count)
            guard isTracked else { continue }
            starts.removeLast(suffix.count)
            ends.removeLast(suffix.count)
        }
    }
}
