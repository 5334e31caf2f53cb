/// Which prompts go through a model together.
///
/// They lie side by side without padding. Prompts of like length end at like times, and the longest go first: what is too
/// large for the machine shows at once, and the time that is left is not underestimated.
public struct RunBatching: Sendable, Equatable {
    /// The largest number of tokens of a batch of more than one prompt, prompts and new tokens together.
    public var tokens: Int
    /// The largest number of prompts of a batch.
    public var sequences: Int

    /// A size of batches; numbers below 1 count as 1.
    public init(tokens: Int = 16_384, sequences: Int = 64) {
        self.tokens = max(1, tokens)
        self.sequences = max(1, sequences)
    }

    /// The batches.
    ///
    /// - Parameter lengths: for each prompt its tokens, and the new ones that it may get.
    /// - Returns: the numbers of the prompts of each batch, the longest first.
    /// - Complexity: O(n log n).
    public func plan(lengths: [Int]) -> [[Int]] {
        var batches: [[Int]] = []
        var batch: [Int] = []
        var sum = 0
        for index in lengths.indices.sorted(by: { (-lengths[$0], $0) < (-lengths[$1], $1) }) {
            if !batch.isEmpty, lengths[index] > tokens - sum || batch.count >= sequences {
                batches.append(batch)
                (batch, sum) = ([], 0)
            }
            batch.append(index)
            sum += min(lengths[index], tokens)
        }
        return batch.isEmpty ? batches : batches + [batch]
    }
}
