/// The pieces of a vocabulary that states an id for each: WordPiece's and WordLevel's.
struct IndexedVocabulary: Sendable {
    /// The pieces by id, empty where an id has none.
    let table: PieceTable
    /// Finds ids.
    let trie: PieceTrie
    /// How many pieces there are.
    let count: Int

    /// Of equal pieces the last one counts, as in a table that is filled in order.
    ///
    /// - Parameter pieces: one piece for each id from 0 on; empty ones are no pieces.
    private init(_ pieces: PieceTable) {
        table = pieces
        var (trie, duplicate) = PieceTrie.build(pieces)
        var superseded: Set<Int> = []
        if duplicate != nil {
            var last: [ArraySlice<UInt8>: Int] = [:]
            for index in 0..<pieces.count {
                if let earlier = last.updateValue(index, forKey: pieces.bytes[pieces.range(index)]) {
                    superseded.insert(earlier)
                }
            }
            (trie, duplicate) = PieceTrie.build(pieces) { superseded.contains($0) }
        }
        self.trie = trie
        var count = 0
        for index in 0..<pieces.count where !pieces.range(index).isEmpty && !superseded.contains(index) { count += 1 }
        self.count = count
    }

    func id(of piece: some Sequence<UInt8>) -> Int? { trie.value(of: piece) }

    func piece(at id: Int) -> [UInt8]? {
        guard id >= 0, id < table.count, !table.range(id).isEmpty else { return nil }
        return Array(table.bytes[table.range(id)])
    }

    /// Reads the object `vocab` of a `tokenizer.json`: an id for each piece.
    static func read(_ value: JSONField) throws(TokenizerError) -> IndexedVocabulary {
        guard let object = value.value, object.node.kind == .object else {
            throw value.damaged("it should be an object")
        }
        var entries = VocabularyEntries()
        if let problem = entries.append(all: object) { throw value.damaged(problem) }
        let pieces = entries.piecesByID()
        if let problem = VocabularyLimits.problem(of: pieces) { throw value.damaged(problem) }
        return IndexedVocabulary(pieces)
    }

    /// Reads a `vocab.txt`: a piece a line, white space at the end of a line left out.
    static func read(lines bytes: [UInt8], source: String) throws(TokenizerError) -> IndexedVocabulary {
        guard bytes.withUnsafeBufferPointer({ UTF8Scan.isValid($0) }) else {
            throw .damaged(source, "the whole file", "it is not UTF-8")
        }
        var pieces = PieceTable(capacity: bytes.count / 8)
        var start = 0
        bytes.withUnsafeBufferPointer { bytes in
            while start < bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != 0x0A { end += 1 }
                var content = start
                var index = start
                while index < end {
                    let space = Whitespace.length(at: index, in: bytes)
                    index += max(space, UTF8Scan.length(bytes[index]))
                    if space == 0 { content = index }
                }
                pieces.append(UnsafeBufferPointer(rebasing: bytes[start..<content]))
                start = end + 1
            }
        }
        if let problem = VocabularyLimits.problem(of: pieces) { throw .damaged(source, "the whole file", problem) }
        return IndexedVocabulary(pieces)
    }
}

/// The members of a vocabulary object in the order of the file, read without looking at values one by one.
private struct VocabularyEntries {
    private var table = PieceTable(capacity: 0)
    private var ids: [Int] = []
    private var largestID = -1

    /// Appends all members, or says what is wrong.
    mutating func append(all object: JSONValue) -> String? {
        let document = object.document
        let end = Int(object.node.next)
        let capacity = (end - object.index) / 2
        table = PieceTable(capacity: capacity)
        ids.reserveCapacity(capacity)
        return document.nodes.withUnsafeBufferPointer { nodes in
            document.bytes.withUnsafeBufferPointer { bytes in
                var index = object.index + 1
                while index < end {
                    let key = nodes[index]
                    let text = UnsafeBufferPointer(rebasing: bytes[Int(key.start)..<Int(key.end)])
                    let number = nodes[index + 1]
                    let digits = UnsafeBufferPointer(rebasing: bytes[Int(number.start)..<Int(number.end)])
                    let id = number.kind == .number ? VocabularyEntries.id(digits) : nil
                    guard let id else {
                        let name = String(decoding: text, as: UTF8.self)
                        return "the id of “\(name)” should be a whole number that is not negative"
                    }
                    if key.kind == .escapedString {
                        table.append(JSONEscape.decode(text))
                    } else {
                        table.append(text)
                    }
                    ids.append(id)
                    largestID = max(largestID, id)
                    index = Int(number.next)
                }
                // A table with a place for every id must not be out of proportion to the file.
                if largestID > 16 * ids.count + 65_536 {
                    return "it has \(ids.count) pieces, and an id of \(largestID)"
                }
                return nil
            }
        }
    }

    @inline(__always)
    private static func id(_ digits: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count < 10 else { return nil }
        var value = 0
        for digit in digits {
            guard digit &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(digit &- 0x30)
        }
        return value
    }

    /// The pieces in the order of their ids.
    func piecesByID() -> PieceTable {
        if ids.elementsEqual(0..<ids.count) { return table }
        var entries = [Int32](repeating: -1, count: largestID + 1)
        for (entry, id) in ids.enumerated() { entries[id] = Int32(entry) }
        var sorted = PieceTable(capacity: entries.count)
        for entry in entries { sorted.append(entry < 0 ? [] : table.bytes[table.range(Int(entry))]) }
        return sorted
    }
}
