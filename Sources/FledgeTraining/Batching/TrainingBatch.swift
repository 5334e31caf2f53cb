/// Examples that a model learns from in one step.
///
/// Nothing is padded: examples keep their lengths, and a model computes them as sequences one after the other.
public struct TrainingBatch: Sendable, Equatable {
    /// The examples. Documents that were packed into one block are examples of their own.
    public var examples: [TrainingExample]
    /// The epoch, counted from 0.
    public var epoch: Int
    /// The number of the batch in its epoch, counted from 0.
    public var index: Int

    /// Creates a batch.
    public init(examples: [TrainingExample], epoch: Int = 0, index: Int = 0) {
        self.examples = examples
        self.epoch = epoch
        self.index = index
    }

    /// How many tokens the model works on.
    public var tokenCount: Int { examples.reduce(0) { $0 + $1.tokenCount } }
}
