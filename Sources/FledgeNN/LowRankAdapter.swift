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
    /// Both matrices, of an adapter that is only used.
    private let packed: (a: PackedWeight, b: PackedWeight)?

    /// An adapter that is not learned, packed once.
    public init(a: Tensor, b: Tensor, scale: Float, engine: Engine) {
        (self.a, self.b, self.scale) = (a, b, scale)
        dropout = nil
        type = .float32
        packed = (
            PackedWeight([a], type: .float32, engine: engine), PackedWeight([b], type: .float32, engine: engine)
        )
    }

    public init(a: Tensor, b: Tensor, scale: Float, dropout: Dropout? = nil, type: WeightType = .float32) {
        packed = nil
        self.a = a
        self.b = b
        self.scale = scale
        self.dropout = dropout
        self.type = type
    }

    /// `[rows, outputs]` for rows `[rows, inputs]`.
    func callAsFunction(_ x: Tensor, engine: Engine) -> Tensor {
        if let packed { return x.product(packed.a).product(packed.b, scale: scale) }
        let narrow = (dropout?(x) ?? x).product(
            PackedWeight([a], type: type, isDifferentiable: true, engine: engine))
        return narrow.product(PackedWeight([b], type: type, isDifferentiable: true, engine: engine), scale: scale)
    }

    /// The matrix `[outputs, inputs]` that the adapter stands for.
    public func delta(engine: Engine = .shared) -> Tensor { b.matmul(a) * scale }
}
