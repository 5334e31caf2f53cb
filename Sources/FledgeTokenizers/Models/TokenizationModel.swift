/// The tokens that a model has found.
struct TokenBatch: Sendable {
    /// The ids.
    var ids: [Int] = []
    /// For each id its bytes in the pre-tokenized text; empty when ranges are not wanted.
    var ranges: [Range<Int>] = []
    /// For each id whether its text is the vocabulary's piece rather than the bytes of its range, as for one byte of
    /// an unknown text; empty when ranges are not wanted.
    var isByte: [Bool] = []
    let wantsRanges: Bool

    init(wantsRanges: Bool) { self.wantsRanges = wantsRanges }

    @inline(__always)
    mutating func append(id: Int, range: Range<Int>, isByte: Bool) {
        ids.append(id)
        if wantsRanges {
            ranges.append(range)
            self.isByte.append(isByte)
        }
    }
}

/// A token of a word.
struct WordToken {
    var id: Int32
    /// Its bytes in the word.
    var start: Int
    var end: Int
    /// Whether it stands for one byte of the text between.
    var isByte: Bool
}

/// What turns the parts of a text into token ids.
protocol TokenizationModel: Sendable {
    /// How many ids there are; they count from 0.
    var vocabularySize: Int { get }

    /// The id of a piece, or nil if it is not in the vocabulary.
    func id(of piece: [UInt8]) -> Int?

    /// The piece with an id, or nil if there is none.
    func piece(at id: Int) -> [UInt8]?

    /// What the vocabulary puts before pieces that do not begin a word; empty where it puts nothing.
    var continuingPrefix: [UInt8] { get }

    /// Finds the tokens of all parts.
    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch)
}

extension TokenizationModel {
    var continuingPrefix: [UInt8] { [] }
}

/// What a vocabulary may be, so that a hostile file cannot exhaust memory or time.
enum VocabularyLimits {
    /// The longest piece, in bytes.
    static let pieceLength = 8192
    /// All pieces together, in bytes.
    static let totalLength = 1 << 24

    /// What is wrong with a vocabulary, or nil.
    static func problem(of table: PieceTable) -> String? {
        if table.count == 0 { return "it has no pieces" }
        if table.bytes.count > totalLength { return "its pieces have more than \(totalLength) bytes together" }
        if (0..<table.count).contains(where: { table.range($0).count > pieceLength }) {
            return "it has a piece of more than \(pieceLength) bytes"
        }
        return nil
    }
}

/// The pieces of a vocabulary, one after the other in one array.
struct PieceTable: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    init(capacity: Int) {
        ends.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * 8)
    }

    var count: Int { ends.count }

    mutating func append(_ piece: some Sequence<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(bytes.count)
    }

    /// Removes all pieces and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// The bytes of piece number `index`, which must be in the table.
    func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }
}
