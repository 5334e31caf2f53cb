public import FledgeTensor

/// What low-rank adaptation adds to a matrix: scale · B A x (Hu et al. 2022, section 4.1).
public struct LowRankAdapter: Sendable {
    /// `[rank, inputs]`.
    public let a: Tensor
    /// `[outputs, rank]`.
    public let b: Tensor
    /// α / rank.
    public let scale: Float
    /// What is left out of the input while training.
    public let dropout: Dropout?
    public let type: WeightType

    public init(a: Tensor, b: Tensor, scale: Float, dropout: Dropout? = nil, type: WeightType = .float32) {
        self.a = a
        self.b = b
        self.scale = scale
        self.dropout = dropout
        self.type = type
    }

    /// `[rows, outputs]` for rows `[rows, inputs]`.
    func callAsFunction(_ x: Tensor, engine: Engine) -> Tensor {
        let narrow = (dropout?(x) ?? x).product(
            PackedWeight([a], type: type, isDifferentiable: true, engine: engine))
        return narrow.product(PackedWeight([b], type: type, isDifferentiable: true, engine: engine), scale: scale)
    }

    /// The matrix `[outputs, inputs]` that the adapter stands for.
    public func delta(engine: Engine = .shared) -> Tensor { b.matmul(a) * scale }
}
