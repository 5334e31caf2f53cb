public import FledgeData

/// Records at random, from each label as many as from the others: one of each label in turn.
///
/// Where a label has too few, others fill its places. The same seed and data give the same records.
public struct BalancedRecords: DemonstrationSelection {
    /// For each label, in turn, its records in random order.
    private let records: [[Int]]

    /// Takes the label of each record.
    public init(labels: [String], seed: UInt64) {
        var members: [String: [Int]] = [:]
        for (number, label) in labels.enumerated() { members[label, default: []].append(number) }
        var turns = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var generator = SplitMix64(seed: seed)
        // Which labels get one more, where the number cannot be divided, is left to chance.
        generator.shuffle(&turns)
        records = turns.map { label, numbers in
            var numbers = numbers
            var generator = SplitMix64(seed: ContentHash.hash(of: label.utf8, seed: seed))
            generator.shuffle(&numbers)
            return numbers
        }
    }

    /// Reads the labels of a pool.
    ///
    /// - Parameters:
    ///   - pool: the records.
    ///   - field: the field of the label.
    ///   - seed: what the choice depends on.
    /// - Throws: a `DataError` for a record without a label.
    public init(_ pool: DemonstrationPool, field: String, seed: UInt64) throws(DataError) {
        let record = pool.reader()
        var labels: [String] = []
        labels.reserveCapacity(pool.count)
        for number in 0..<pool.count { labels.append(try record(number).text(of: field)) }
        self.init(labels: labels, seed: seed)
    }

    public func select(
        _ count: Int, for query: Record, poolCount: Int, isAllowed: (Int) throws -> Bool
    ) throws -> [Int] {
        var chosen: [Int] = []
        var waiting = records.map { $0[...] }
        while chosen.count < count, waiting.contains(where: { !$0.isEmpty }) {
            for turn in waiting.indices where chosen.count < count {
                while let number = waiting[turn].popFirst() {
                    guard 0..<poolCount ~= number, try isAllowed(number) else { continue }
                    chosen.append(number)
                    break
                }
            }
        }
        return chosen
    }
}
