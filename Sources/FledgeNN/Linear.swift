public import FledgeTensor

/// activation(x Wᵀ + b): the one linear layer, whatever type its weights are stored in.
///
/// Matrices that share their input can be one layer (query, key and value; gate and value), so that the input is read
/// and quantised once.
public struct Linear: Sendable {
    public let weight: PackedWeight
    /// `[outputs]`, float32, in the order of the packed columns.
    public let bias: Tensor?

    /// Which way round a file holds a matrix.
    public enum Layout: Sendable {
        /// `[outputs, inputs]`, as `torch.nn.Linear` has it.
        case outputsByInputs
        /// `[inputs, outputs]`, as GPT-2's `Conv1D` has it.
        case inputsByOutputs
    }

    public init(weight: PackedWeight, bias: Tensor? = nil) {
        self.weight = weight
        self.bias = bias
    }

    /// Loads `<name>.weight` for each name, one below the other, and `<name>.bias` where `bias` is set.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(
        _ scope: WeightScope, _ names: [String], inputs: Int, outputs: Int, bias hasBias: Bool = false,
        gated: Bool = false, layout: Layout = .outputsByInputs
    ) throws(SafetensorsError) {
        var matrices: [Tensor] = []
        var biases: [Tensor] = []
        for name in names {
            let shape = layout == .outputsByInputs ? Shape(outputs, inputs) : Shape(inputs, outputs)
            let matrix = try (scope / name).tensor("weight", shape: shape)
            matrices.append(layout == .outputsByInputs ? matrix : matrix.transposed(0, 1))
            if hasBias { biases.append(try (scope / name).vector("bias", shape: Shape(outputs))) }
        }
        self.init(scope.loader, matrices: matrices, biases: biases, gated: gated)
    }

    /// Packs matrices, `[outputs, inputs]` each, one below the other (gate and value interleaved), and their biases.
    public init(_ loader: WeightLoader, matrices: [Tensor], biases: [Tensor], gated: Bool = false) {
        var matrices = matrices
        // One that is missing is empty: then the others are not packed either, as the loading fails in the end.
        if let empty = matrices.first(where: { $0.elementCount == 0 }) {
            matrices = matrices.map { _ in empty }
        }
        weight = PackedWeight(matrices, type: loader.type, gated: gated, engine: loader.engine)
        bias = biases.isEmpty ? nil : gated ? Linear.interleaved(biases) : Tensor.concatenated(biases)
    }

    /// Gate and value, 16 at a time, as a gated weight's columns lie.
    private static func interleaved(_ biases: [Tensor]) -> Tensor {
        let (gate, value) = (biases[0].scalars, biases[1].scalars)
        var result: [Float] = []
        for begin in stride(from: 0, to: gate.count, by: 16) {
            for part in [gate, value] {
                let some = part[begin..<min(begin + 16, part.count)]
                result += some + repeatElement(0, count: 16 - some.count)
            }
        }
        return Tensor(result)
    }

    /// From `[rows, inputs]` to `[rows, outputs]`; `norm` is applied to the rows of `x` first, `residual`, of the
    /// result's shape, is added last.
    public func callAsFunction(
        _ x: Tensor, norm: Norm? = nil, scale: Float = 1, activation: Activation = .identity, residual: Tensor? = nil
    ) -> Tensor {
        x.product(weight, norm: norm, bias: bias, scale: scale, activation: activation, residual: residual)
    }
}
