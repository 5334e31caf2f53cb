/// A unigram language model: of all ways to cut a text into pieces, the one with the largest sum of scores
/// (Kudo, "Subword Regularization", 2018, section 3.2).
final class UnigramModel: TokenizationModel {
    /// In which arithmetic scores are added, which decides ties and near ties.
    enum Arithmetic: Sendable {
        /// `tokenizers`: doubles throughout.
        case double
        /// SentencePiece: sums kept as floats, candidates compared as doubles.
        case float
    }

    let table: PieceTable
    let trie: PieceTrie
    let scores: [Double]
    let unknownID: Int
    let unknownScore: Double
    /// The ids of `<0x00>` … `<0xFF>` (−1 where missing), if unknown characters become bytes.
    let byteIDs: [Int32]?
    let arithmetic: Arithmetic
    /// Pieces with an id that never match text: SentencePiece's control, byte and unused pieces.
    private let reserved: [[UInt8]: Int]
    private let workspaces = ResourcePool(limit: 64) { UnigramWorkspace() }

    /// - Parameters:
    ///   - table: the pieces in the order of their ids.
    ///   - trie: those pieces that match text.
    ///   - scores: one finite score for each.
    ///   - lowestScore: the smallest score that counts; an unknown character scores 10 less.
    ///   - unknownID: the id of what no piece spells.
    ///   - byteFallback: whether unknown characters become byte tokens.
    ///   - arithmetic: how scores are added.
    ///   - reserved: pieces that are left out of the trie.
    init(
        table: PieceTable, trie: PieceTrie, scores: [Double], lowestScore: Double, unknownID: Int, byteFallback: Bool,
        arithmetic: Arithmetic = .double, reserved: [[UInt8]: Int] = [:]
    ) {
        self.table = table
        self.trie = trie
        self.scores = scores
        self.unknownID = unknownID
        unknownScore = arithmetic == .float ? Double(Float(lowestScore) - 10) : lowestScore - 10
        self.arithmetic = arithmetic
        self.reserved = reserved
        guard byteFallback else {
            byteIDs = nil
            return
        }
        byteIDs = (0..<256).map { byte in
            let name = Array(ByteToken.name(UInt8(byte)).utf8)
            return Int32(reserved[name] ?? trie.value(of: name) ?? -1)
        }
    }

    var vocabularySize: Int { table.count }

    func id(of piece: [UInt8]) -> Int? { reserved[piece] ?? trie.value(of: piece) }

    func piece(at id: Int) -> [UInt8]? {
        guard id >= 0, id < table.count else { return nil }
        return Array(table.bytes[table.range(id)])
    }

    /// Lends the memory that encoding needs.
    func withWorkspace<Result>(_ body: (UnigramWorkspace) -> Result) -> Result { workspaces.withResource(body) }

    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch) {
        withWorkspace { workspace in
            text.text.bytes.withUnsafeBytes { bytes in
                for split in text.splits {
                    if let token = split.addedToken {
                        batch.append(id: token, range: split.range, isByte: false)
                    } else {
                        let word = UnsafeRawBufferPointer(rebasing: bytes[split.range])
                        workspace.encode(word, with: self) { entry in
                            let start = split.range.lowerBound + entry.start
                            let end = split.range.lowerBound + entry.end
                            batch.append(id: Int(entry.id), range: start..<end, isByte: entry.isByte)
                        }
                    }
                }
            }
        }
    }
}

/// The names of the pieces that stand for single bytes.
enum ByteToken {
    static func name(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x\(digits.utf8.count == 1 ? "0" : "")\(digits)>"
    }

    /// The byte that a piece stands for: six bytes `<0x…>` with two hexadecimal digits (or a plus sign and one, as
    /// Rust reads numbers).
    static func byte(of piece: some Collection<UInt8>) -> UInt8? {
        guard piece.count == 6, piece.starts(with: "<0x".utf8), Array(piece)[5] == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: Array(piece)[3..<5], as: UTF8.self), radix: 16)
    }
}
