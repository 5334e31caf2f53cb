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
    /// How many different pieces there are.
    let count: Int

    /// How many ids there are for each piece, at most, so that a file cannot ask for a table of all ids.
    private static let largestSpread = 16

    /// - Returns: nil if an id is out of proportion to the number of pieces. Of equal pieces the last counts.
    init?(table: PieceTable, ids: [Int32]) {
        let highest = Int(ids.max() ?? -1)
        guard highest < table.count * PieceVocabulary.largestSpread + 1 << 16 else { return nil }
        var capacity = 16
        while capacity < table.count * 2 { capacity *= 2 }
        var slots = [Int32](repeating: 0, count: capacity)
        var pieceByID = [Int32](repeating: -1, count: highest + 1)
        count = table.bytes.withUnsafeBytes { bytes in
            slots.withUnsafeMutableBufferPointer { slots in
                pieceByID.withUnsafeMutableBufferPointer { pieceByID in
                    PieceVocabulary.fill(slots, pieceByID, with: table, bytes, ids)
                }
            }
        }
        self.table = table
        self.ids = ids
        self.slots = slots
        self.pieceByID = pieceByID
    }

    /// Puts every piece in its place, the last of equal ones.
    ///
    /// - Returns: how many different pieces there are.
    private static func fill(
        _ slots: UnsafeMutableBufferPointer<Int32>, _ pieceByID: UnsafeMutableBufferPointer<Int32>,
        with table: PieceTable, _ bytes: UnsafeRawBufferPointer, _ ids: [Int32]
    ) -> Int {
        let mask = slots.count - 1
        var count = 0
        for number in 0..<table.count {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[table.range(number)])
            var slot = Int(truncatingIfNeeded: ByteHash.hash(piece, seed: ByteHash.seed) >> 20) & mask
            while slots[slot] != 0 {
                let other = UnsafeRawBufferPointer(rebasing: bytes[table.range(Int(slots[slot]) - 1)])
                if other.count == piece.count, isEqual(other, piece) { break }
                slot = (slot + 1) & mask
            }
            if slots[slot] == 0 {
                count += 1
            } else {
                let old = Int(slots[slot]) - 1
                if pieceByID[Int(ids[old])] == Int32(old) { pieceByID[Int(ids[old])] = -1 }
            }
            slots[slot] = Int32(number + 1)
            pieceByID[Int(ids[number])] = Int32(number)
        }
        return count
    }

    /// The highest id, or −1.
    var highestID: Int { pieceByID.count - 1 }

    /// The id of a piece, or −1.
    func id(of piece: UnsafeRawBufferPointer) -> Int32 {
        let number = number(of: piece)
        return number < 0 ? -1 : ids[number]
    }

    /// Whether no later piece equals one.
    func isLast(_ number: Int) -> Bool {
        count == table.count
            || table.bytes.withUnsafeBytes { bytes in
                self.number(of: UnsafeRawBufferPointer(rebasing: bytes[table.range(number)])) == number
            }
    }

    /// The number of a piece, or −1.
    @inline(__always)
    private func number(of piece: UnsafeRawBufferPointer) -> Int {
        table.bytes.withUnsafeBytes { bytes in
            slots.withUnsafeBufferPointer { slots in
                let mask = slots.count - 1
                var slot = Int(truncatingIfNeeded: ByteHash.hash(piece, seed: ByteHash.seed) >> 20) & mask
                while slots[slot] != 0 {
                    let number = Int(slots[slot]) - 1
                    let range = table.range(number)
                    if range.count == piece.count,
                        PieceVocabulary.isEqual(UnsafeRawBufferPointer(rebasing: bytes[range]), piece)
                    {
                        return number
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
    private static func isEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<one.count where one[index] != other[index] { return false }
        return true
    }
}
