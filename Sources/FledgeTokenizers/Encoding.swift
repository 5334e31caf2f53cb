/// A text as a model sees it, with the way back to the text.
public struct Encoding: Sendable, Equatable {
    /// The token ids.
    public internal(set) var ids: [Int] = []
    /// The text of each token: its piece, or, where the model shows what is unknown, the text that is.
    public internal(set) var tokens: [String] = []
    /// For each token the bytes of its text's UTF-8 that it stands for, `0..<0` for what was added around the texts.
    /// Of two texts each counts from its own start, and so does each of the words of a text that came as words.
    public internal(set) var byteOffsets: [Range<Int>] = []
    /// For each token the number of its word in its text, nil for what was added around the texts. Words are what the
    /// pre-tokenizer makes of a text, or the words that were given.
    public internal(set) var wordIDs: [Int?] = []
    /// For each token whether it is of the first text (0) or the second (1), nil for what was added around the texts.
    public internal(set) var sequenceIDs: [Int?] = []
    /// For each token which segment of the sequence it belongs to.
    public internal(set) var typeIDs: [Int] = []
    /// For each token 1 if the model should look at it, 0 for padding.
    public internal(set) var attentionMask: [Int] = []
    /// For each token 1 if it was added around the text or as padding.
    public internal(set) var specialTokensMask: [Int] = []

    /// How many tokens there are.
    public var count: Int { ids.count }

    init() {}

    /// Appends a token of a text.
    mutating func append(id: Int, token: String, byteOffsets range: Range<Int>, wordID: Int, sequenceID: Int) {
        ids.append(id)
        tokens.append(token)
        byteOffsets.append(range)
        wordIDs.append(wordID)
        sequenceIDs.append(sequenceID)
        typeIDs.append(sequenceID)
        attentionMask.append(1)
        specialTokensMask.append(0)
    }

    /// Appends a token that is in no text.
    mutating func append(
        special id: Int, token: String, typeID: Int, isPadding: Bool = false, isMarked: Bool = true
    ) {
        ids.append(id)
        tokens.append(token)
        byteOffsets.append(0..<0)
        wordIDs.append(nil)
        sequenceIDs.append(nil)
        typeIDs.append(typeID)
        attentionMask.append(isPadding ? 0 : 1)
        specialTokensMask.append(isMarked ? 1 : 0)
    }

    /// Appends some tokens of another encoding, which get a segment or keep theirs.
    mutating func append(_ other: Encoding, _ range: Range<Int>, typeID: Int? = nil) {
        ids += other.ids[range]
        tokens += other.tokens[range]
        byteOffsets += other.byteOffsets[range]
        wordIDs += other.wordIDs[range]
        sequenceIDs += other.sequenceIDs[range]
        if let typeID {
            typeIDs += repeatElement(typeID, count: range.count)
        } else {
            typeIDs += other.typeIDs[range]
        }
        attentionMask += other.attentionMask[range]
        specialTokensMask += other.specialTokensMask[range]
    }
}

extension Encoding {
    /// The tokens' places counted in Unicode scalars, which is what Hugging Face `tokenizers` reports in Python.
    ///
    /// - Parameters:
    ///   - text: the text that was encoded.
    ///   - sequenceID: 0 or 1 if that was one of two texts; tokens of the other one get `0..<0`.
    /// - Returns: a range for each token.
    /// - Complexity: O(n) in the text and the tokens.
    public func scalarOffsets(in text: String, sequenceID: Int? = nil) -> [Range<Int>] {
        let scalarOfByte = Encoding.scalarOfByte(in: text)
        return byteOffsets.indices.map { index in
            guard sequenceID == nil || sequenceIDs[index] == sequenceID else { return 0..<0 }
            return Encoding.scalars(byteOffsets[index], scalarOfByte)
        }
    }

    /// The tokens' places in their words counted in Unicode scalars, for a text that came as words.
    ///
    /// - Parameters:
    ///   - words: the words that were encoded.
    ///   - sequenceID: 0 or 1 if they were one of two texts; tokens of the other one get `0..<0`.
    /// - Returns: a range for each token.
    public func scalarOffsets(inWords words: [String], sequenceID: Int? = nil) -> [Range<Int>] {
        let tables = words.map { Encoding.scalarOfByte(in: $0) }
        return byteOffsets.indices.map { index in
            guard sequenceID == nil || sequenceIDs[index] == sequenceID, let word = wordIDs[index],
                word < tables.count
            else { return 0..<0 }
            return Encoding.scalars(byteOffsets[index], tables[word])
        }
    }

    /// The tokens' places in the text.
    ///
    /// - Parameter text: the text that was encoded.
    /// - Returns: a range for each token.
    public func ranges(in text: String) -> [Range<String.Index>] {
        byteOffsets.map { range in
            let utf8 = text.utf8
            let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound, limitedBy: utf8.endIndex)
            let end = utf8.index(utf8.startIndex, offsetBy: range.upperBound, limitedBy: utf8.endIndex)
            return (start ?? utf8.endIndex)..<(end ?? utf8.endIndex)
        }
    }

    /// The tokens of a word, or nil if the encoding has none of it.
    ///
    /// - Parameters:
    ///   - wordID: the word's number, as in ``wordIDs``.
    ///   - sequenceID: 0 for the first text, 1 for the second.
    /// - Returns: from the first to the last of the word's tokens.
    public func tokens(ofWord wordID: Int, sequenceID: Int = 0) -> Range<Int>? {
        let isOfWord = { (index: Int) in wordIDs[index] == wordID && sequenceIDs[index] == sequenceID }
        guard let first = ids.indices.first(where: isOfWord), let last = ids.indices.last(where: isOfWord) else {
            return nil
        }
        return first..<(last + 1)
    }

    /// For each byte, and the end, the number of the scalar that it belongs to.
    private static func scalarOfByte(in text: String) -> [Int] {
        var scalarOfByte: [Int] = []
        scalarOfByte.reserveCapacity(text.utf8.count + 1)
        var scalar = -1
        for byte in text.utf8 {
            if byte & 0xC0 != 0x80 { scalar += 1 }
            scalarOfByte.append(scalar)
        }
        scalarOfByte.append(scalar + 1)
        return scalarOfByte
    }

    private static func scalars(_ range: Range<Int>, _ scalarOfByte: [Int]) -> Range<Int> {
        guard range.upperBound < scalarOfByte.count else { return 0..<0 }
        let start = scalarOfByte[range.lowerBound]
        return start..<max(start, scalarOfByte[range.upperBound])
    }
}
