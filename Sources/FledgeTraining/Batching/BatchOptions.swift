/// How examples are put into batches.
public struct BatchOptions: Sendable, Equatable, Codable {
    /// How large batches are.
    public enum Size: Sendable, Equatable, Codable {
        /// So many examples, or blocks where documents are packed.
        case examples(Int)
        /// At most so many tokens; see ``TrainingExample/tokenCount``. A longer example is a batch by itself.
        case tokens(Int)
    }

    /// How large batches are.
    public var size: Size
    /// Whether records come in random order, another one in each epoch, rather than in that of the files.
    public var shuffles = true
    /// The seed of the order.
    public var seed: UInt64 = 0
    /// Of how many batches the examples are sorted by their length before they are put into them, so that those of a
    /// batch are about equally long. 1 leaves the order as it is. If ``shuffles``, the batches then are mixed.
    public var poolBatches = 1
    /// Whether the last batch of an epoch is left out unless it is full.
    public var dropsLast = false

    /// Creates options.
    public init(
        size: Size, shuffles: Bool = true, seed: UInt64 = 0, poolBatches: Int = 1, dropsLast: Bool = false
    ) {
        self.size = size
        self.shuffles = shuffles
        self.seed = seed
        self.poolBatches = poolBatches
        self.dropsLast = dropsLast
    }
}
