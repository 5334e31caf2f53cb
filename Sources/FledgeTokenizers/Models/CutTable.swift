/// Where a text that is one word to a byte-pair encoding model can be cut all the same, so that its parts can be
/// encoded one by one and remembered.
///
/// Every two neighbouring characters of a piece were once brought together by a merge of a piece that ends with the
/// one and a piece that begins with the other. Where no merge brings two characters together, nothing ever merges
/// across the place between them, and what is on one side does not depend on the other. This holds as long as every
/// symbol that merges stands for the characters of its piece, which byte tokens and the unknown token do not.
///
/// The table knows characters by their last byte on the left and their first byte on the right, and `▁` and the space
/// that it stands for as 0x20. Between two letters or digits it never cuts: shorter parts would only be more parts.
struct CutTable: Sendable {
    /// For each left byte 256 right bytes.
    private var isCut: [Bool]

    /// Cuts everywhere but where both sides are letters or digits, or, if asked to, only before `▁`.
    init(onlyBeforeSpaces: Bool) {
        isCut = [Bool](repeating: false, count: 1 << 16)
        for left in 0..<256 {
            for right in 0..<256 where right & 0xC0 != 0x80 {
                let isInsideWord = CutTable.isWord(left) && CutTable.isWord(right)
                isCut[left << 8 | right] = onlyBeforeSpaces ? right == 0x20 && left != 0x20 : !isInsideWord
            }
        }
    }

    private static func isWord(_ byte: Int) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
        default: false
        }
    }

    /// Forbids cuts between what a merge brings together; neither piece may be empty.
    mutating func forbid(between left: some BidirectionalCollection<UInt8>, and right: some Collection<UInt8>) {
        let space = SentencePieceNormalizer.space
        let last = left.suffix(3).elementsEqual(space) ? 0x20 : Int(left.last ?? 0)
        let first = right.starts(with: space) ? 0x20 : Int(right.first ?? 0)
        isCut[last << 8 | first] = false
    }

    /// Calls a closure with the parts of a text from an index on.
    @inline(__always)
    func forEachPart(of text: UnsafeBufferPointer<UInt8>, from first: Int, _ body: (Range<Int>) -> Void) {
        isCut.withUnsafeBufferPointer { isCut in
            var start = first
            while start < text.count {
                let end = CutTable.end(from: start, in: text, isCut)
                body(start..<end)
                start = end
            }
        }
    }

    /// The end of the part that starts at an index inside the text.
    func end(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        isCut.withUnsafeBufferPointer { CutTable.end(from: start, in: text, $0) }
    }

    /// Whether a space before a text that is not empty would be cut off from it.
    func cutsAfterSpace(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        isCut[0x20 << 8 | (CutTable.isVisibleSpace(at: 0, in: text) ? 0x20 : Int(text[0]))]
    }

    @inline(__always)
    private static func end(
        from start: Int, in text: UnsafeBufferPointer<UInt8>, _ isCut: UnsafeBufferPointer<Bool>
    ) -> Int {
        var index = start
        var left = 0
        while index < text.count {
            var byte = Int(text[index])
            var length = 1
            if byte == 0xE2, isVisibleSpace(at: index, in: text) {
                byte = 0x20
                length = 3
            }
            if isCut[left << 8 | byte], index > start { break }
            left = byte
            index &+= length
        }
        return index
    }

    /// Whether `▁` is at an index of valid UTF-8.
    @inline(__always)
    static func isVisibleSpace(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        text[index] == 0xE2 && index + 2 < text.count && text[index + 1] == 0x96 && text[index + 2] == 0x81
    }

    /// Appends a part with its spaces made visible.
    static func append(_ part: UnsafeRawBufferPointer, to spelling: inout [UInt8]) {
        for byte in part {
            if byte == 0x20 {
                spelling.append(contentsOf: SentencePieceNormalizer.space)
            } else {
                spelling.append(byte)
            }
        }
    }
}

extension BPEModel {
    /// Where texts that are one word may be cut, or nil if nowhere.
    func cutTable() -> CutTable? {
        guard options.prefix.isEmpty, options.suffix.isEmpty, !options.ignoresMerges,
            vocabulary.id(of: SentencePieceNormalizer.space) >= 0
        else { return nil }
        // Unknown characters may become one token across any place but one before a known character.
        let spellsAll = options.byteFallback && !byteIDs.contains(where: { $0 < 0 })
        var table = CutTable(onlyBeforeSpaces: !spellsAll && options.unknownID != nil)
        var isAllowed = true
        let stands = Set(byteIDs + [options.unknownID ?? -1]).subtracting([-1])
        let bytes = vocabulary.table.bytes
        merges.forEachPair { left, right in
            guard !stands.contains(left), !stands.contains(right), let first = vocabulary.range(ofID: Int(left)),
                let second = vocabulary.range(ofID: Int(right)), !first.isEmpty, !second.isEmpty
            else {
                isAllowed = false
                return
            }
            table.forbid(between: bytes[first], and: bytes[second])
        }
        return isAllowed ? table : nil
    }
}
