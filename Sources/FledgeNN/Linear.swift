public import FledgeTensor

/// activation(x Wᵀ + b): the one linear layer, whatever type its weights are stored in.
///
/// Matrices that share their input can be one layer (query, key and value; gate and value), so that the input is read
/// and quantised once.
public struct Linear: Sendable {
    public let weight: PackedWeight
    /// `[outputs]`, float32.
    public let bias: Tensor?

    public init(weight: PackedWeight, bias: Tensor? = nil) {
        self.weight = weight
        self.bias = bias
    }

    /// Loads `<name>.weight` of `[outputs, inputs]` for each name, one below the other.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(
        _ scope: WeightScope, _ names: [String], inputs: Int, outputs: Int, gated: Bool = false
    ) throws(SafetensorsError) {
        var matrices: [Tensor] = []
        for name in names {
            matrices.append(try (scope / name).tensor("weight", shape: Shape(outputs, inputs)))
        }
        // One that is missing is empty: then the others are not packed either, as the loading fails in the end.
        if let empty = matrices.first(where: { $0.shape != Shape(outputs, inputs) }) {
            matrices = matrices.map { _ in empty }
        }
        weight = PackedWeight(matrices, type: scope.loader.type, gated: gated, engine: scope.loader.engine)
        bias = nil
    }

    /// From `[rows, inputs]` to `[rows, outputs]`; `norm` is applied to the rows of `x` first, `residual`, of the
    /// result's shape, is added last.
    public func callAsFunction(
        _ x: Tensor, norm: InputNorm? = nil, scale: Float = 1, activation: Activation = .identity,
        residual: Tensor? = nil
    ) -> Tensor {
        x.product(weight, norm: norm, bias: bias, scale: scale, activation: activation, residual: residual)
    }
}
