public import FledgeData

/// The records that demonstrations are drawn from.
public struct DemonstrationPool: Sendable {
    private enum Source: Sendable {
        case records([Record])
        case index(IndexedDataSet)
    }

    private let source: Source

    /// Takes records that are in memory.
    public init(_ records: [Record]) { source = .records(records) }

    /// Takes records of files, which are read when they are needed.
    public init(_ index: IndexedDataSet) { source = .index(index) }

    /// How many records there are.
    public var count: Int {
        switch source {
        case .records(let records): records.count
        case .index(let index): index.count
        }
    }

    /// Reads records by their numbers, one after the other.
    ///
    /// - Returns: what reads one; it holds open files, and one thread at a time may call it.
    func reader() -> (Int) throws(DataError) -> Record {
        switch source {
        case .index(let index):
            let reader = index.reader()
            return { number throws(DataError) in try reader.record(at: number) }
        case .records(let records):
            return { number throws(DataError) in
                guard records.indices.contains(number) else {
                    throw .invalidOption(
                        name: "record", problem: "there is no record \(number) of \(records.count)",
                        remedy: "Records are numbered from 0.")
                }
                return records[number]
            }
        }
    }
}
