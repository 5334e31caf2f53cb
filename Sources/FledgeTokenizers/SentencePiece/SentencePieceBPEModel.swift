/// Byte-pair encoding as SentencePiece does it: of neighbouring symbols that make a piece together those are merged
/// whose piece has the highest score, the leftmost first.
///
/// Symbols are numbers: a piece's id, a number from ``firstLoneCharacter`` on for a character that is no piece but
/// part of one, −1 for any other character, and −2 − id for a symbol of the user's, which never merges.
final class SentencePieceBPEModel: PairMergingModel {
    private let table: PieceTable
    private let pieces: PieceVocabulary
    private let reserved: [[UInt8]: Int]
    private let symbols: PieceTrie?
    private let merges: MergeTable
    private let unusedIDs: Set<Int32>
    private let loneCharacters: [[UInt8]: Int32]
    private let unknownID: Int32
    /// The ids of `<0x00>` … `<0xFF>`, if unknown characters become bytes.
    private let byteIDs: [Int32]?
    /// For each symbol from 0 on the id that it gets in the end.
    private let finalIDs: [Int32]
    private let cuts: CutTable?
    private let workspaces = ResourcePool(limit: 64) { BPEWorkspace() }

    /// What the file's pieces make together.
    ///
    /// - Parameters:
    ///   - table: all pieces, by id.
    ///   - pieces: those that match text.
    ///   - reserved: the ids of the others.
    ///   - symbols: the user's, or nil if there are none.
    ///   - unusedIDs: pieces that merges go through but that are taken apart in the end.
    ///   - unknownID: the id of what no piece spells.
    ///   - byteIDs: the ids of bytes, if unknown characters become bytes.
    ///   - rules: the merges.
    init(
        table: PieceTable, pieces: PieceVocabulary, reserved: [[UInt8]: Int], symbols: PieceTrie?,
        unusedIDs: Set<Int32>, unknownID: Int32, byteIDs: [Int32]?, rules: SentencePieceMerges
    ) {
        self.table = table
        self.pieces = pieces
        self.reserved = reserved
        self.symbols = symbols
        self.unusedIDs = unusedIDs
        self.unknownID = unknownID
        self.byteIDs = byteIDs
        merges = rules.table
        loneCharacters = rules.loneCharacters
        var finalIDs = [Int32](repeating: unknownID, count: table.count + rules.loneCharacters.count)
        for id in 0..<table.count { finalIDs[id] = Int32(id) }
        for (piece, id) in reserved {
            let symbol = pieces.id(of: piece)
            if symbol >= 0 { finalIDs[Int(symbol)] = Int32(id) }
        }
        self.finalIDs = finalIDs
        let knowsSpace = pieces.id(of: SentencePieceNormalizer.space) >= 0
        cuts = knowsSpace && unusedIDs.isEmpty ? rules.cuts : nil
    }

    var vocabularySize: Int { table.count }

    func id(of piece: [UInt8]) -> Int? {
        if let id = reserved[piece] { return id }
        let id = pieces.id(of: piece)
        return id < 0 ? nil : Int(id)
    }

    func piece(at id: Int) -> [UInt8]? {
        guard id >= 0, id < table.count else { return nil }
        return Array(table.bytes[table.range(id)])
    }

    func cutTable() -> CutTable? { cuts }

    func withWorkspace<Result>(_ body: (BPEWorkspace) -> Result) -> Result { workspaces.withResource(body) }

    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch) {
        withWorkspace { workspace in
            text.text.bytes.withUnsafeBytes { bytes in
                for split in text.splits {
                    if let token = split.addedToken {
                        batch.append(id: token, range: split.range, isByte: false)
                        continue
                    }
                    let start = split.range.lowerBound
                    workspace.encode(UnsafeRawBufferPointer(rebasing: bytes[split.range]), with: self) { token in
                        batch.append(
                            id: Int(token.id), range: start + token.start..<start + token.end, isByte: token.isByte)
                    }
                }
            }
        }
    }

    func search(_ word: UnsafeRawBufferPointer, in workspace: BPEWorkspace) {
        takeCharacters(of: word, into: workspace.merger)
        var parents: [Int32: (left: Int32, right: Int32)] = [:]
        if unusedIDs.isEmpty {
            workspace.merger.merge(with: merges)
        } else {
            // An unused piece is taken apart into what it was last seen to be made of.
            workspace.merger.merge(with: merges) { left, right, merged in
                if self.unusedIDs.contains(merged) { parents[merged] = (left, right) }
            }
        }
        workspace.tokens.removeAll(keepingCapacity: true)
        var start = 0
        for symbol in workspace.merger.symbols {
            append(symbol.id, from: start, to: Int(symbol.end), of: word, parents, to: &workspace.tokens)
            start = Int(symbol.end)
        }
        if workspace.merger.symbols.capacity > 1 << 20 { workspace.merger.symbols = [] }
    }

    private func takeCharacters(of word: UnsafeRawBufferPointer, into merger: PairMerger) {
        merger.symbols.removeAll(keepingCapacity: true)
        var index = 0
        while index < word.count {
            if let (length, id) = symbol(at: index, in: word) {
                index += length
                merger.symbols.append(.init(id: -2 - id, end: Int32(truncatingIfNeeded: index)))
                continue
            }
            let end = min(index + UTF8Scan.length(word[index]), word.count)
            let character = UnsafeRawBufferPointer(rebasing: word[index..<end])
            var id = pieces.id(of: character)
            if id < 0 { id = loneCharacters[Array(character)] ?? -1 }
            merger.symbols.append(.init(id: id, end: Int32(truncatingIfNeeded: end)))
            index = end
        }
    }

    /// The longest symbol of the user's at an index.
    private func symbol(at index: Int, in word: UnsafeRawBufferPointer) -> (length: Int, id: Int32)? {
        guard let symbols else { return nil }
        return symbols.nodes.withUnsafeBufferPointer { nodes in
            var node = 0
            var end = index
            var found: (length: Int, id: Int32)?
            while end < word.count {
                let child = Int(nodes[node].base) + Int(word[end])
                guard nodes[child].parent == node else { break }
                node = child
                end += 1
                if nodes[node].value >= 0 { found = (end - index, nodes[node].value) }
            }
            return found
        }
    }

    /// Appends the tokens of a symbol; neighbouring unknown ones become one, or bytes.
    private func append(
        _ symbol: Int32, from start: Int, to end: Int, of word: UnsafeRawBufferPointer,
        _ parents: [Int32: (left: Int32, right: Int32)], to tokens: inout [WordToken]
    ) {
        if let parts = parents[symbol] {
            // Each part is shorter than the whole, and pieces are short, so this does not go deep.
            let middle = start + length(of: parts.left, in: word, from: start)
            append(parts.left, from: start, to: middle, of: word, parents, to: &tokens)
            append(parts.right, from: middle, to: end, of: word, parents, to: &tokens)
            return
        }
        let id = symbol >= 0 ? finalIDs[Int(symbol)] : symbol <= -2 ? -2 - symbol : unknownID
        guard id == unknownID else {
            tokens.append(WordToken(id: id, start: start, end: end, isByte: false))
            return
        }
        if let byteIDs {
            for index in start..<end {
                tokens.append(WordToken(id: byteIDs[Int(word[index])], start: start, end: end, isByte: true))
            }
        } else if let last = tokens.last, last.id == unknownID {
            tokens[tokens.count - 1].end = end
        } else {
            tokens.append(WordToken(id: id, start: start, end: end, isByte: false))
        }
    }

    private func length(of symbol: Int32, in word: UnsafeRawBufferPointer, from start: Int) -> Int {
        if symbol >= 0, Int(symbol) < table.count { return table.range(Int(symbol)).count }
        return UTF8Scan.length(word[start])
    }
}
