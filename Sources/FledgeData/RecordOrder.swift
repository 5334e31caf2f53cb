/// In which order records are read.
public enum RecordOrder: Sendable, Equatable, Codable {
    /// As the files have them.
    case files
    /// Mixed: all orders are equally likely, each epoch has another one, and the same seed and epoch give the same one
    /// on every machine.
    case shuffled(seed: UInt64, epoch: Int)

    /// The numbers of `count` records in this order.
    ///
    /// - Complexity: O(n), and 8 bytes a record.
    public func indices(count: Int) -> [Int] {
        var indices = Array(0..<count)
        if case .shuffled(let seed, let epoch) = self {
            let stream = ContentHash.mixed(UInt64(bitPattern: Int64(epoch)) &+ 0x9E37_79B9_7F4A_7C15)
            var generator = SplitMix64(seed: seed ^ stream)
            generator.shuffle(&indices)
        }
        return indices
    }
}
