/// The merges that a SentencePiece model means: for every piece all ways to put it together from two symbols.
struct SentencePieceMerges {
    /// The longest piece that is looked at; the longest in use have a few dozen bytes.
    static let longestPiece = 512
    /// How many merges there may be.
    static let largestCount = 1 << 22

    private(set) var table: MergeTable
    /// Characters that are no pieces but parts of pieces.
    private(set) var loneCharacters: [[UInt8]: Int32] = [:]
    private(set) var cuts: CutTable

    /// Finds the merges; nil if there are too many.
    ///
    /// - Parameters:
    ///   - pieces: those that match text, by their ids.
    ///   - scores: for each id its score; of equal ones the leftmost merge comes first.
    ///   - idCount: how many ids there are; lone characters are numbered from there on.
    ///   - spellsAll: whether unknown characters become bytes.
    ///   - symbols: the user's symbols, inside which texts cannot be cut.
    init?(pieces: PieceVocabulary, scores: [Float], idCount: Int, spellsAll: Bool, symbols: [[UInt8]]) {
        table = MergeTable(capacity: pieces.count * 2)
        cuts = CutTable(onlyBeforeSpaces: !spellsAll)
        let ranks = SentencePieceMerges.ranks(of: scores)
        for number in 0..<pieces.table.count {
            let piece = Array(pieces.table.bytes[pieces.table.range(number)])
            let merge = MergeTable.Merge(rank: ranks[Int(pieces.ids[number])], symbol: pieces.ids[number])
            let didInsert = piece.withUnsafeBytes { bytes in
                insert(bytes, merge, pieces, firstLoneCharacter: idCount)
            }
            guard didInsert, table.count <= SentencePieceMerges.largestCount else { return nil }
        }
        for symbol in symbols {
            for index in symbol.indices.dropFirst() where symbol[index] & 0xC0 != 0x80 {
                cuts.forbid(between: symbol[..<index], and: symbol[index...])
            }
        }
    }

    /// The place of each score among all, the highest first, equal ones the same.
    private static func ranks(of scores: [Float]) -> [UInt32] {
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var ranks = [UInt32](repeating: 0, count: scores.count)
        for (place, id) in order.enumerated().dropFirst() {
            let previous = order[place - 1]
            ranks[id] = ranks[previous] + (scores[id] == scores[previous] ? 0 : 1)
        }
        return ranks
    }

    private mutating func insert(
        _ piece: UnsafeRawBufferPointer, _ merge: MergeTable.Merge, _ pieces: PieceVocabulary,
        firstLoneCharacter: Int
    ) -> Bool {
        guard piece.count <= SentencePieceMerges.longestPiece else { return false }
        for index in 1..<max(piece.count, 1) where piece[index] & 0xC0 != 0x80 {
            let left = UnsafeRawBufferPointer(rebasing: piece[..<index])
            let right = UnsafeRawBufferPointer(rebasing: piece[index...])
            guard let first = symbol(left, pieces, firstLoneCharacter),
                let second = symbol(right, pieces, firstLoneCharacter)
            else { continue }
            table.insert(first, second, merge)
            cuts.forbid(between: left, and: right)
        }
        return true
    }

    private mutating func symbol(
        _ text: UnsafeRawBufferPointer, _ pieces: PieceVocabulary, _ firstLoneCharacter: Int
    ) -> Int32? {
        let id = pieces.id(of: text)
        if id >= 0 { return id }
        guard text.count == UTF8Scan.length(text[0]) else { return nil }
        let character = Array(text)
        if let known = loneCharacters[character] { return known }
        let new = Int32(truncatingIfNeeded: firstLoneCharacter + loneCharacters.count)
        loneCharacters[character] = new
        return new
    }
}
