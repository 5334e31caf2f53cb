public import FledgeData

/// How demonstrations are chosen for a query.
public protocol DemonstrationSelection: Sendable {
    /// Chooses records, in the order in which they stand in the prompt. Where a prompt is too long the first ones go.
    ///
    /// - Parameters:
    ///   - count: how many are wanted.
    ///   - query: the record that the prompt asks about.
    ///   - poolCount: how many records there are.
    ///   - isAllowed: whether a record may be a demonstration; the query itself may not.
    /// - Returns: numbers of different records that are allowed; fewer where there are not enough.
    /// - Throws: what `isAllowed` throws, and what the choice itself needs.
    func select(
        _ count: Int, for query: Record, poolCount: Int, isAllowed: (Int) throws -> Bool
    ) throws -> [Int]
}

/// The records with certain numbers.
public struct RecordsByIndex: DemonstrationSelection {
    /// The numbers, counted from 0; nil for the first records of the data set.
    public var numbers: [Int]?

    /// Takes numbers in the order in which the demonstrations stand.
    public init(_ numbers: [Int]? = nil) { self.numbers = numbers }

    public func select(
        _ count: Int, for query: Record, poolCount: Int, isAllowed: (Int) throws -> Bool
    ) throws -> [Int] {
        var chosen: [Int] = []
        func offer(_ number: Int) throws {
            guard 0..<poolCount ~= number else {
                throw PromptError.invalidOption(
                    name: "demonstrations", problem: "there is no record \(number) of \(poolCount)",
                    remedy: "Records are numbered from 0.")
            }
            if !chosen.contains(number), try isAllowed(number) { chosen.append(number) }
        }
        if let numbers {
            for number in numbers where chosen.count < count { try offer(number) }
        } else {
            for number in 0..<poolCount {
                if chosen.count == count { break }
                if try isAllowed(number) { chosen.append(number) }
            }
        }
        return chosen
    }
}

/// Records at random: the same seed and data give the same ones for every query, on every machine.
public struct RandomRecords: DemonstrationSelection {
    /// What the choice depends on.
    public var seed: UInt64

    public init(seed: UInt64) { self.seed = seed }

    public func select(
        _ count: Int, for query: Record, poolCount: Int, isAllowed: (Int) throws -> Bool
    ) throws -> [Int] {
        var order = RandomOrder(count: poolCount, seed: seed)
        var chosen: [Int] = []
        while chosen.count < count, let number = order.next() {
            if try isAllowed(number) { chosen.append(number) }
        }
        return chosen
    }
}
