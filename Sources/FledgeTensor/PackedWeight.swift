package import CFledgeKernels

/// How the numbers of a loaded weight matrix are stored.
public enum WeightType: String, Sendable, Codable, CaseIterable {
    case float32, bfloat16
    /// Multiplied with float32 activations: no activation overflows.
    case float16
    /// One symmetric scale an output column; activations are quantised by row as they come.
    case int8

    package var kernelType: fledge_type {
        switch self {
        case .float32: FLEDGE_FLOAT32
        case .bfloat16: FLEDGE_BFLOAT16
        case .float16: FLEDGE_FLOAT16
        case .int8: FLEDGE_INT8
        }
    }

    /// The type that keys and values are cached in beside weights of this type.
    package var cacheType: fledge_type { self == .float32 || self == .float16 ? FLEDGE_FLOAT32 : FLEDGE_BFLOAT16 }

    /// Bytes of one number in such a cache.
    package var cacheBytes: Int { cacheType == FLEDGE_FLOAT32 ? 4 : 2 }

    /// Bytes that one number takes, scales left aside.
    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .float16: 2
        case .int8: 1
        }
    }
}

/// A weight matrix in the layout that the kernels multiply with (drawn in CFledgeKernels.h).
public struct PackedWeight: Sendable {
    /// Output columns; a gated weight has gate and value columns, twice as many as it puts out.
    public let columns: Int
    /// Inputs.
    public let depth: Int
    public let type: WeightType
    /// Whether columns are gate and value interleaved, for f(gate) · value.
    public let isGated: Bool
    /// Nil for a weight that is learned: it is packed for each use and forgotten after it, so that packed copies of all
    /// layers never lie in memory together.
    private let panels: PackedPanels?
    /// The matrices, where gradients flow back through this weight.
    private(set) var sources: [Tensor]

    /// Packs weights that share their input, one below the other.
    ///
    /// Each matrix is `[outputs, inputs]`, in any floating-point type; rows become the columns of the product. `gated`
    /// interleaves exactly two equally tall matrices, gate and value.
    ///
    /// `isDifferentiable` keeps the matrices, so that gradients flow back to what the weight is multiplied with; it is
    /// implied by a matrix that gradients flow back to itself.
    ///
    /// - Precondition: at least one matrix, all of rank 2 with equally many inputs; not gated where differentiable.
    /// - Complexity: O(elements), spread over the engine's threads.
    public init(
        _ matrices: [Tensor], type: WeightType, gated: Bool = false, isDifferentiable: Bool = false,
        engine: Engine = .shared
    ) {
        precondition(!matrices.isEmpty && (!gated || matrices.count == 2), "one matrix, or two for a gated weight")
        precondition(
            matrices.allSatisfy { $0.rank == 2 && $0.shape[1] == matrices[0].shape[1] },
            "weights \(matrices.map(\.shape)) do not share their input")
        depth = matrices[0].shape[1]
        columns = matrices.reduce(0) { $0 + $1.shape[0] }
        self.type = type
        isGated = gated
        let isDifferentiable = isDifferentiable || matrices.contains(where: \.requiresGradient)
        precondition(!isDifferentiable || !gated, "a gated weight is not differentiable")
        sources = isDifferentiable ? matrices : []
        panels = isDifferentiable ? nil : PackedPanels(matrices, type: type, gated: gated, engine: engine)
    }

    private init(_ panels: PackedPanels, columns: Int, depth: Int, type: WeightType) {
        (self.panels, self.columns, self.depth, self.type) = (panels, columns, depth, type)
        isGated = false
        sources = []
    }

    /// The same weight packed and without a way back: to be held for as long as products with it follow one another.
    func ready(engine: Engine) -> PackedWeight {
        if panels != nil { return self }
        let packed = PackedPanels(
            sources.map { $0.detached() }, type: type, gated: false, engine: engine, isShort: true)
        return PackedWeight(packed, columns: columns, depth: depth, type: type)
    }

    /// The weight that takes gradients of the product's result back to its operand: the transpose, packed.
    func transposed(engine: Engine) -> PackedWeight {
        guard !sources.isEmpty else { return turned(engine: engine) }
        let type: WeightType = type == .bfloat16 ? .bfloat16 : .float32
        let matrices = sources.map { $0.detached().converted(to: .float32) }
        let panels =
            matrices.count == 1 && !matrices[0].isContiguous
            ? PackedPanels([matrices[0].transposed(0, 1)], type: type, gated: false, engine: engine, isShort: true)
            : PackedPanels(across: matrices.map { $0.contiguous() }, type: type, engine: engine)
        return PackedWeight(panels, columns: depth, depth: columns, type: type)
    }

    /// Whether ``transposed(columns:engine:)`` can be asked for.
    var hasStretches: Bool { sources.count == 1 && sources[0].isContiguous && sources[0].dtype == .float32 }

    /// The same for some of the columns.
    func transposed(columns stretch: Range<Int>, engine: Engine) -> PackedWeight {
        let part = sources[0].detached().sliced(0, stretch)
        let type: WeightType = type == .bfloat16 ? .bfloat16 : .float32
        return PackedWeight(
            PackedPanels(across: [part], type: type, engine: engine), columns: depth, depth: stretch.count, type: type)
    }

    /// The transpose of a weight that is not learned and has kept no matrices, made of its own packed numbers: bfloat16
    /// where they are, else float32; int8 is multiplied by its scales.
    private func turned(engine: Engine) -> PackedWeight {
        precondition(!isGated, "gradients through a gated weight")
        let type: WeightType = type == .bfloat16 ? .bfloat16 : .float32
        let panels = PackedPanels(turning: packed, to: type, engine: engine)
        return PackedWeight(panels, columns: depth, depth: columns, type: type)
    }

    /// Whether gradients flow back through this weight.
    public var isDifferentiable: Bool { !sources.isEmpty }

    /// Columns of the product.
    public var outputColumns: Int { isGated ? columns / 2 : columns }

    /// Bytes in memory, scales included; of a weight that is learned, while it is packed.
    public var byteCount: Int { panels?.byteCount ?? fledge_packed_bytes(type.kernelType, columns, depth) }

    package var packed: fledge_packed {
        guard let panels else { preconditionFailure("a weight that is learned is made ready before it is used") }
        return panels.packed(type, columns: columns, depth: depth)
    }

    /// One column as floats, as the product sees it: `[depth]`.
    public func column(_ index: Int) -> [Float] {
        precondition(index >= 0 && index < columns && !isGated, "column \(index) of \(columns)")
        return [Float](unsafeUninitializedCapacity: depth) { buffer, count in
            withUnsafePointer(to: packed) { fledge_unpack_column(Engine.shared.kernels, $0, index, buffer.baseAddress) }
            count = depth
        }
    }
}

extension Tensor {
    /// activation(scale · norm(x) · weightᵀ + bias) + residual, in one pass over the weight.
    ///
    /// `[…, outputs]` for a tensor of shape `[…, inputs]`; a gated weight gives activation(gate) · value. `norm` is
    /// applied to every row on the way in, `residual`, `[…, outputs]`, is added at the end.
    ///
    /// - Complexity: O(rows · inputs · outputs), spread over the engine's threads.
    public func product(
        _ weight: PackedWeight, norm: Norm? = nil, bias: Tensor? = nil, scale: Float = 1,
        activation: Activation = .identity, residual: Tensor? = nil
    ) -> Tensor {
        let source = isContiguous && dtype == .float32 ? self : converted(to: .float32).contiguous()
        precondition(shape[fromEnd: 0] == weight.depth, "product of \(shape) with a weight of depth \(weight.depth)")
        var outShape = shape
        outShape[rank - 1] = weight.outputColumns
        let result = Tensor(like: self, shape: outShape)
        let engine = engine
        let ready = weight.isDifferentiable ? engine.times.measure(.packing) { weight.ready(engine: engine) } : weight
        if let residual {
            precondition(
                residual.elementCount == result.elementCount && residual.isContiguous,
                "residual \(residual.shape) for \(outShape)")
        }
        var job = fledge_linear()
        job.rows = weight.outputColumns == 0 ? 0 : result.elementCount / weight.outputColumns
        job.x = UnsafePointer(source.floats)
        job.x_stride = weight.depth
        job.weight = ready.packed
        job.bias = bias.map { UnsafePointer($0.floats) }
        job.residual = residual.map { UnsafePointer($0.floats) }
        job.residual_stride = weight.outputColumns
        job.scale = scale
        job.activation = activation.kernel
        job.gated = weight.isGated
        job.out = result.floats
        job.out_stride = weight.outputColumns
        let operations = 2 * Double(job.rows) * Double(weight.depth) * Double(weight.columns)
        let done = engine.times.measure(.product, operations: operations) {
            guard let norm else { return fledge_linear_run(engine.kernels, engine.pool, &job) }
            return withUnsafePointer(to: norm.kernel) { kernel in
                job.norm = kernel
                return fledge_linear_run(engine.kernels, engine.pool, &job)
            }
        }
        precondition(done, "out of memory for packed activations")
        withExtendedLifetime((source, ready, norm, bias, residual)) {}
        let operands = [source, norm?.weight, norm?.bias, bias, residual] + weight.sources
        guard operands.contains(where: { $0?.node != nil }) else { return result }
        precondition(activation == .identity, "the activation of a differentiable product is an operation of its own")
        return result.recorded(from: operands) { gradient in
            ProductGradient(x: source, weight: weight, norm: norm, bias: bias, scale: scale, residual: residual)
                .propagate(gradient)
        }
    }

    /// The matrix product of the last two dimensions, leading dimensions broadcast: `[…, n, k] · […, k, m]`.
    ///
    /// The right operand is packed first; a weight that is used again should be a ``PackedWeight``.
    public func matmul(_ other: Tensor) -> Tensor {
        precondition(
            rank >= 2 && other.rank >= 2 && shape[fromEnd: 0] == other.shape[fromEnd: 1],
            "matrix product of \(shape) and \(other.shape)")
        let (n, m) = (shape[fromEnd: 1], other.shape[fromEnd: 0])
        guard let batch = Shape.broadcast(Shape(shape.dropLast(2)), Shape(other.shape.dropLast(2))) else {
            preconditionFailure("matrix product of \(shape) and \(other.shape)")
        }
        let left = broadcast(to: Shape(Array(batch) + [n, shape[fromEnd: 0]]))
            .reshaped(Shape(batch.elementCount, n, shape[fromEnd: 0]))
        let right = other.broadcast(to: Shape(Array(batch) + [shape[fromEnd: 0], m]))
            .reshaped(Shape(batch.elementCount, shape[fromEnd: 0], m))
        let products = (0..<batch.elementCount).map { index in
            left[index].product(PackedWeight([right[index].transposed(0, 1)], type: .float32, engine: engine))
        }
        guard !products.isEmpty else { return Tensor(zeros: Shape(Array(batch) + [n, m])) }
        return Tensor.concatenated(products).reshaped(Shape(Array(batch) + [n, m]))
    }
}
