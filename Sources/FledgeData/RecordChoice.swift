/// Which records are wanted. Choices go by a record's number and bytes, so that nothing has to be parsed for them.
enum RecordChoice: Sendable, Equatable {
    case skip(Int)
    case take(Int)
    case shard(index: Int, count: Int)
    case part(lower: Double, upper: Double, seed: UInt64)

    /// Whether to keep a record.
    ///
    /// - Parameters:
    ///   - number: how many records this choice has seen before.
    ///   - bytes: the record's bytes.
    /// - Returns: whether it is kept.
    func keeps(number: Int, bytes: [UInt8]) -> Bool {
        switch self {
        case .skip(let count): number >= count
        case .take(let count): number < count
        case .shard(let index, let count): number % count == index
        case .part(let lower, let upper, let seed): lower..<upper ~= ContentHash.unit(of: bytes, seed: seed)
        }
    }

    /// Whether no later record can be kept.
    func isOver(number: Int) -> Bool {
        if case .take(let count) = self { return number >= count }
        return false
    }
}
