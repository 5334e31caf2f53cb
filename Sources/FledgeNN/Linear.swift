public import FledgeTensor

/// activation(x Wᵀ + b): the one linear layer, whatever type its weights are stored in.
///
/// Matrices that share their input can be one layer (query, key and value; gate and value), so that the input is read
/// and quantised once.
public struct Linear: Sendable {
    public let weight: PackedWeight
    /// `[outputs]`, float32, in the order of the packed columns.
    public let bias: Tensor?
    /// Whether gate and value lie one after the other rather than interleaved: gradients can flow through this.
    private let isGatedAfterwards: Bool
    /// Whether gradients flow back through this layer, be it learned or not.
    public let isDifferentiable: Bool
    /// What low-rank adaptation adds to the weights, and where among the outputs.
    let adapters: [(adapter: LowRankAdapter, column: Int)]
    /// What training leaves out of this layer's results, where whoever calls it asks for that.
    public let dropout: Dropout?

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
        isGatedAfterwards = false
        isDifferentiable = weight.isDifferentiable
        adapters = []
        dropout = nil
    }

    /// Loads `<name>.weight` for each name, one below the other, and `<name>.bias` where `bias` is set.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(
        _ scope: WeightScope, _ names: [String], inputs: Int, outputs: Int, bias hasBias: Bool = false,
        gated: Bool = false, layout: Layout = .outputsByInputs
    ) throws(SafetensorsError) {
        try self.init(
            scope, parts: names.map { ($0, outputs) }, inputs: inputs, bias: hasBias, gated: gated, layout: layout)
    }

    /// The same for matrices of different heights.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(
        _ scope: WeightScope, parts: [(name: String, outputs: Int)], inputs: Int, bias hasBias: Bool = false,
        gated: Bool = false, layout: Layout = .outputsByInputs
    ) throws(SafetensorsError) {
        var matrices: [Tensor] = []
        var biases: [Tensor] = []
        var adapters: [(LowRankAdapter, column: Int)] = []
        var column = 0
        for (name, outputs) in parts {
            if let adapter = scope.loader.adapter((scope / name).path) { adapters.append((adapter, column)) }
            column += outputs
            let shape = layout == .outputsByInputs ? Shape(outputs, inputs) : Shape(inputs, outputs)
            let matrix = try (scope / name).tensor("weight", shape: shape)
            matrices.append(layout == .outputsByInputs ? matrix : matrix.transposed(0, 1))
            if hasBias { biases.append(try (scope / name).vector("bias", shape: Shape(outputs))) }
        }
        self.init(
            scope.loader, matrices: matrices, biases: biases, gated: gated, adapters: adapters)
    }

    /// Packs matrices, `[outputs, inputs]` each, one below the other (gate and value interleaved), and their biases.
    public init(
        _ loader: WeightLoader, matrices: [Tensor], biases: [Tensor], gated: Bool = false,
        adapters: [(LowRankAdapter, column: Int)] = []
    ) {
        var matrices = matrices
        // One that is missing is empty: then the others are not packed either, as the loading fails in the end.
        if let empty = matrices.first(where: { $0.elementCount == 0 }) {
            matrices = matrices.map { _ in empty }
        }
        let isGatedAfterwards = gated && (loader.isDifferentiable || !adapters.isEmpty)
        self.isGatedAfterwards = isGatedAfterwards
        self.adapters = adapters
        dropout = loader.nextDropout()
        isDifferentiable = loader.isDifferentiable
        weight = loader.packed(matrices, gated: gated && !isGatedAfterwards)
        bias =
            biases.isEmpty
            ? nil : gated && !isGatedAfterwards ? Linear.interleaved(biases) : Tensor.concatenated(biases)
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
    /// result's shape, is added last. `drops` leaves out what ``dropout`` says of what the residual is added to.
    public func callAsFunction(
        _ x: Tensor, norm: Norm? = nil, scale: Float = 1, activation: Activation = .identity,
        residual: Tensor? = nil, drops: Bool = false
    ) -> Tensor {
        guard isDifferentiable || !adapters.isEmpty else {
            return x.product(weight, norm: norm, bias: bias, scale: scale, activation: activation, residual: residual)
        }
        let dropout = drops ? dropout : nil
        let addsAtOnce = activation == .identity && !isGatedAfterwards && dropout == nil && adapters.isEmpty
        var result = projected(x, norm: norm, scale: scale, residual: addsAtOnce ? residual : nil)
        if isGatedAfterwards {
            result = result.gated(by: activation)
        } else if activation != .identity {
            result = result.applying(activation)
        }
        if let dropout { result = dropout(result) }
        if let residual, !addsAtOnce { result = result + residual }
        return result
    }

    private func projected(_ x: Tensor, norm: Norm?, scale: Float, residual: Tensor?) -> Tensor {
        if adapters.isEmpty { return x.product(weight, norm: norm, bias: bias, scale: scale, residual: residual) }
        let input = norm?(x) ?? x
        var result = input.product(weight, bias: bias, scale: scale)
        for (adapter, column) in adapters {
            result = result.addingColumns(adapter(input, engine: x.engine), at: column)
        }
        return result
    }

    /// factor · Σ −log softmax(x Wᵀ + b)[label] over the rows with a label of at least 0: `[1]`.
    /// `smoothing` of it is the mean over all classes instead.
    public func crossEntropy(
        _ x: Tensor, norm: Norm? = nil, scale: Float = 1, labels: [Int], factor: Float, smoothing: Float = 0
    ) -> Tensor {
        x.crossEntropy(
            weight, norm: norm, bias: bias, scale: scale, labels: labels, factor: factor, smoothing: smoothing)
    }
}
