/// WordPiece: the longest piece that a word begins with, then the longest that the rest begins with, and so on; a word
/// that cannot be spelled this way is unknown as a whole (Wu et al., "Google's Neural Machine Translation System",
/// 2016, section 4.1; the greedy search is BERT's).
final class WordPieceModel: TokenizationModel {
    let vocabulary: PieceVocabulary
    private let trie: PieceTrie
    let unknownID: Int
    let continuingPrefix: [UInt8]
    /// The longest word, in characters, that is spelled.
    let longestWord: Int
    /// Where in the trie the pieces that continue a word begin, or nil if there are none.
    private let continuationRoot: Int?
    private let workspaces = ResourcePool(limit: 64) { WordPieceWorkspace() }

    /// - Parameters:
    ///   - vocabulary: the pieces.
    ///   - unknownID: the id of a word that cannot be spelled.
    ///   - continuingPrefix: what stands before pieces that are not at the start of a word.
    ///   - longestWord: the longest word, in characters, that is spelled.
    init(vocabulary: PieceVocabulary, unknownID: Int, continuingPrefix: [UInt8], longestWord: Int) {
        self.vocabulary = vocabulary
        self.unknownID = unknownID
        self.continuingPrefix = continuingPrefix
        self.longestWord = longestWord
        trie = PieceTrie.build(vocabulary)
        continuationRoot = trie.node(after: continuingPrefix)
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> WordPieceModel {
        let vocabulary = try PieceVocabulary.read(value["vocab"])
        let prefix = value["continuing_subword_prefix"]
        let longest = value["max_input_chars_per_word"]
        return WordPieceModel(
            vocabulary: vocabulary, unknownID: try vocabulary.unknownID(value["unk_token"], default: "[UNK]"),
            continuingPrefix: prefix.isNullOrMissing ? Array("##".utf8) : try prefix.utf8(),
            longestWord: longest.isNullOrMissing ? 100 : try longest.index())
    }

    var vocabularySize: Int { vocabulary.count }

    func id(of piece: [UInt8]) -> Int? {
        let id = vocabulary.id(of: piece)
        return id < 0 ? nil : Int(id)
    }

    func piece(at id: Int) -> [UInt8]? { vocabulary.piece(at: id) }

    /// Lends the memory that encoding needs.
    func withWorkspace<Result>(_ body: (WordPieceWorkspace) -> Result) -> Result { workspaces.withResource(body) }

    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch) {
        withWorkspace { workspace in
            text.text.bytes.withUnsafeBytes { bytes in
                for split in text.splits {
                    if let token = split.addedToken {
                        batch.append(id: token, range: split.range, isByte: false)
                    } else {
                        let word = UnsafeRawBufferPointer(rebasing: bytes[split.range])
                        workspace.encode(word, with: self) { token in
                            let start = split.range.lowerBound + token.start
                            let end = split.range.lowerBound + token.end
                            batch.append(id: Int(token.id), range: start..<end, isByte: true)
                        }
                    }
                }
            }
        }
    }

    /// Appends the tokens of a word.
    func search(_ word: UnsafeRawBufferPointer, into tokens: inout [WordToken]) {
        guard !word.isEmpty else { return }
        let first = tokens.count
        if isShort(word), spell(word, into: &tokens) { return }
        tokens.removeSubrange(first...)
        tokens.append(.init(id: Int32(unknownID), start: 0, end: word.count, isByte: true))
    }

    private func isShort(_ word: UnsafeRawBufferPointer) -> Bool {
        if word.count <= longestWord { return true }
        var characters = 0
        for byte in word where byte & 0xC0 != 0x80 { characters += 1 }
        return characters <= longestWord
    }

    private func spell(_ word: UnsafeRawBufferPointer, into tokens: inout [WordToken]) -> Bool {
        trie.nodes.withUnsafeBufferPointer { nodes in
            var start = 0
            var root = 0
            while start < word.count {
                var node = root
                var found: (end: Int, id: Int32)?
                var index = start
                while index < word.count {
                    let child = Int(nodes[node].base) + Int(word[index])
                    guard nodes[child].parent == node else { break }
                    node = child
                    index += 1
                    if nodes[node].value >= 0 { found = (index, nodes[node].value) }
                }
                guard let found else { return false }
                tokens.append(.init(id: found.id, start: start, end: found.end, isByte: true))
                start = found.end
                guard start < word.count else { return true }
                guard let continuationRoot else { return false }
                root = continuationRoot
            }
            return true
        }
    }
}

extension PieceTrie {
    /// The node at the end of a path, or nil if no string begins like that.
    func node(after path: [UInt8]) -> Int? {
        var node = 0
        for byte in path {
            let child = Int(nodes[node].base) + Int(byte)
            guard nodes[child].parent == node else { return nil }
            node = child
        }
        return node
    }
}
