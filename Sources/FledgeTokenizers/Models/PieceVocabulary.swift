/// The pieces of a vocabulary that gives them any ids, found by their bytes or by their id.
///
/// ```
/// table    pieces in the order of the file
/// ids      the id of each
/// slots    1 + number of a piece, at its hash      open addressing, 0 where free
/// ```
struct PieceVocabulary: Sendable {
    let table: PieceTable
    let ids: [Int32]
    private let slots: [Int32]
    /// For each id the number of its piece, or −1.
    private let pieceByID: [Int32]

    /// How many ids there are for each piece, at most, so that a file cannot ask for a table of all ids.
    private static let largestSpread = 4

    /// - Returns: nil if an id is out of proportion to the number of pieces. Of equal pieces the last counts.
    init?(table: PieceTable, ids: [Int32]) {
        let highest = Int(ids.max() ?? -1)
        guard highest < table.count * PieceVocabulary.largestSpread + 1 << 16 else { return nil }
        var capacity = 16
        while capacity < table.count * 2 { capacity *= 2 }
        var slots = [Int32](repeating: 0, count: capacity)
        var pieceByID = [Int32](repeating: -1, count: highest + 1)
        table.bytes.withUnsafeBytes { bytes in
            for number in 0..<table.count {
                let range = table.range(number)
                let piece = UnsafeRawBufferPointer(rebasing: bytes[range])
                var slot = Int(truncatingIfNeeded: ByteHash.hash(piece, seed: ByteHash.seed) >> 20) & (capacity - 1)
                while slots[slot] != 0 {
                    let other = table.range(Int(slots[slot]) - 1)
                    if other.count == range.count, bytes[other].elementsEqual(piece) { break }
                    slot = (slot + 1) & (capacity - 1)
                }
                if slots[slot] != 0 {
                    let old = Int(slots[slot]) - 1
                    if pieceByID[Int(ids[old])] == Int32(old) { pieceByID[Int(ids[old])] = -1 }
                }
                slots[slot] = Int32(number + 1)
                pieceByID[Int(ids[number])] = Int32(number)
            }
        }
        self.table = table
        self.ids = ids
        self.slots = slots
        self.pieceByID = pieceByID
    }

    /// How many different pieces there are.
    var count: Int { ids.count }

    /// The highest id, or −1.
    var highestID: Int { pieceByID.count - 1 }

    /// The id of a piece, or −1.
    func id(of piece: UnsafeRawBufferPointer) -> Int32 {
        table.bytes.withUnsafeBytes { bytes in
            slots.withUnsafeBufferPointer { slots in
                let mask = slots.count - 1
                var slot = Int(truncatingIfNeeded: ByteHash.hash(piece, seed: ByteHash.seed) >> 20) & mask
                while slots[slot] != 0 {
                    let number = Int(slots[slot]) - 1
                    let range = table.range(number)
                    if range.count == piece.count, isEqual(UnsafeRawBufferPointer(rebasing: bytes[range]), piece) {
                        return ids[number]
                    }
                    slot = (slot + 1) & mask
                }
                return -1
            }
        }
    }

    func id(of piece: some Sequence<UInt8>) -> Int32 { Array(piece).withUnsafeBytes { id(of: $0) } }

    /// The bytes of the piece with an id in ``table``, or nil if there is none.
    func range(ofID id: Int) -> Range<Int>? {
        guard id >= 0, id < pieceByID.count, pieceByID[id] >= 0 else { return nil }
        return table.range(Int(pieceByID[id]))
    }

    /// The piece with an id, or nil if there is none.
    func piece(at id: Int) -> [UInt8]? { range(ofID: id).map { Array(table.bytes[$0]) } }

    @inline(__always)
    private func isEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<one.count where one[index] != other[index] { return false }
        return true
    }
}
