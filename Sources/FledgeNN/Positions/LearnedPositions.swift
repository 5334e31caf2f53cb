public import FledgeTensor

/// A learned vector for every position, added to the embeddings: BERT, RoBERTa, GPT-2, BART.
public struct LearnedPositions: PositionEncoding {
    /// `[positions, width]`, as it lies in the file.
    public let weight: Tensor
    /// The row of position 0: RoBERTa and BART leave the first ones free.
    public let offset: Int

    public init(weight: Tensor, offset: Int = 0) {
        self.weight = weight
        self.offset = offset
    }

    public var limit: Int? { max(0, weight.shape[0] - offset) }

    public func embed(_ hidden: Tensor, positions: [Int]) -> Tensor {
        hidden + weight.gatheredRows(positions.lazy.map { $0 + offset }, like: hidden)
    }
}
