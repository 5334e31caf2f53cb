/// A text as a model sees it, with the way back to the text.
public struct Encoding: Sendable, Equatable {
    /// The token ids.
    public internal(set) var ids: [Int] = []
    /// The text of each token; of an unknown one, the text that is unknown.
    public internal(set) var tokens: [String] = []
    /// For each token the bytes of the text's UTF-8 that it stands for, `0..<0` for what was added around the text.
    public internal(set) var byteOffsets: [Range<Int>] = []
    /// For each token which segment of the sequence it belongs to.
    public internal(set) var typeIDs: [Int] = []
    /// For each token 1 if the model should look at it, 0 for padding.
    public internal(set) var attentionMask: [Int] = []
    /// For each token 1 if it was added around the text or as padding.
    public internal(set) var specialTokensMask: [Int] = []

    /// How many tokens there are.
    public var count: Int { ids.count }

    init() {}

    mutating func append(
        id: Int, token: String, byteOffsets range: Range<Int>, typeID: Int, isSpecial: Bool, isPadding: Bool = false
    ) {
        ids.append(id)
        tokens.append(token)
        byteOffsets.append(range)
        typeIDs.append(typeID)
        attentionMask.append(isPadding ? 0 : 1)
        specialTokensMask.append(isSpecial ? 1 : 0)
    }
}

extension Encoding {
    /// The tokens' places counted in Unicode scalars, which is what Hugging Face `tokenizers` reports in Python.
    ///
    /// - Parameter text: the text that was encoded.
    /// - Returns: a range for each token.
    /// - Complexity: O(n) in the text and the tokens.
    public func scalarOffsets(in text: String) -> [Range<Int>] {
        var scalarOfByte: [Int] = []
        scalarOfByte.reserveCapacity(text.utf8.count + 1)
        var scalar = -1
        for byte in text.utf8 {
            if byte & 0xC0 != 0x80 { scalar += 1 }
            scalarOfByte.append(scalar)
        }
        scalarOfByte.append(scalar + 1)
        return byteOffsets.map { range in
            guard range.upperBound < scalarOfByte.count else { return 0..<0 }
            let start = scalarOfByte[range.lowerBound]
            return start..<max(start, scalarOfByte[range.upperBound])
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
}
