public import FledgeData

/// Which demonstrations a prompt gets: from where, how many, and how they are chosen.
public struct Demonstrations: Sendable {
    /// The records to choose from.
    public var pool: DemonstrationPool
    /// How they are chosen.
    public var selection: any DemonstrationSelection
    /// How many are wanted.
    public var count: Int

    /// - Parameters:
    ///   - pool: the records to choose from.
    ///   - selection: how they are chosen.
    ///   - count: how many are wanted.
    public init(_ pool: DemonstrationPool, selection: any DemonstrationSelection, count: Int) {
        self.pool = pool
        self.selection = selection
        self.count = count
    }

    /// The demonstrations for a query, never the query itself: no record of the same place in the same file, and none
    /// whose inputs are the query's, whatever file it is in.
    ///
    /// - Parameters:
    ///   - query: the record that the prompt asks about.
    ///   - inputs: the fields that a model is shown of it.
    /// - Returns: the records, in the order in which they stand in the prompt.
    /// - Throws: `DataError`, ``PromptError``, and what the selection throws.
    public func records(for query: Record, inputs: [String]) throws -> [Record] {
        guard count >= 0 else {
            throw PromptError.invalidOption(
                name: "demonstrations", problem: "\(count) are wanted", remedy: "Give 0 or more.")
        }
        let record = pool.reader()
        let numbers = try selection.select(count, for: query, poolCount: pool.count) { number in
            !Demonstrations.isSame(try record(number), query, inputs: inputs)
        }
        return try numbers.prefix(count).map { try record($0) }
    }

    private static func isSame(_ record: Record, _ query: Record, inputs: [String]) -> Bool {
        if let place = record.place, place == query.place { return true }
        return inputs.allSatisfy { record[$0] == query[$0] }
    }
}
