extension PieceVocabulary {
    /// Reads an object of pieces with their ids.
    static func read(_ field: JSONField) throws(TokenizerError) -> PieceVocabulary {
        guard let value = field.value, value.node.kind == .object else {
            throw field.damaged("it should be an object of pieces with their ids")
        }
        var table = PieceTable(capacity: (Int(value.node.next) - value.index) / 2)
        var ids: [Int32] = []
        ids.reserveCapacity((Int(value.node.next) - value.index) / 2)
        let isRead = value.document.nodes.withUnsafeBufferPointer { nodes in
            value.document.bytes.withUnsafeBufferPointer { bytes in
                var index = value.index + 1
                while index < Int(value.node.next) {
                    let number = nodes[index + 1]
                    guard number.kind == .number,
                        let id = JSONNumber.integer(
                            UnsafeBufferPointer(rebasing: bytes[Int(number.start)..<Int(number.end)])),
                        id >= 0, id < Int(Int32.max)
                    else { return false }
                    table.append(nodes[index], bytes)
                    ids.append(Int32(id))
                    index += 2
                }
                return true
            }
        }
        guard isRead else {
            let piece = value.members.map { $0.count > ids.count ? $0[ids.count].key : "" } ?? ""
            throw field.damaged("the id of “\(piece)” should be a whole number that is not negative")
        }
        if let problem = VocabularyLimits.problem(of: table) { throw field.damaged(problem) }
        guard let vocabulary = PieceVocabulary(table: table, ids: ids) else {
            throw field.damaged("its highest id is \(ids.max() ?? 0), and there are only \(ids.count) pieces")
        }
        return vocabulary
    }

    /// Reads a `vocab.txt`: a piece a line, white space at the end of a line left out.
    static func read(lines bytes: [UInt8], source: String) throws(TokenizerError) -> PieceVocabulary {
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
        guard let vocabulary = PieceVocabulary(table: pieces, ids: (0..<pieces.count).map { Int32($0) }) else {
            preconditionFailure("a line's number is an id in proportion to the lines")
        }
        return vocabulary
    }

    /// The id of the token for unknown words, which must be there.
    func unknownID(_ field: JSONField, default fallback: String) throws(TokenizerError) -> Int {
        let token = field.isNullOrMissing ? fallback : try field.string()
        let id = id(of: token.utf8)
        guard id >= 0 else {
            throw field.damaged("the vocabulary does not have the token “\(token)” for unknown words")
        }
        return Int(id)
    }
}

extension PieceTable {
    /// Appends a string of a document.
    mutating func append(_ node: JSONNode, _ bytes: UnsafeBufferPointer<UInt8>) {
        let text = UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])
        if node.kind == .string {
            append(text)
        } else {
            append(JSONEscape.decode(text))
        }
    }
}
