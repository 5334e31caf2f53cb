package import CFledgeKernels

/// A function of one number, applied to every element; also what a ``PackedWeight`` product can end with.
public enum Activation: String, Sendable, Codable {
    case identity, relu
    /// x Φ(x), by the error function (Hendrycks and Gimpel 2016).
    case gelu
    /// The same with Φ approximated by tanh, as GPT-2 and T5 v1.1 use it (`gelu_new`).
    case geluTanh
    /// x σ(x), also called swish.
    case silu
    case tanh, exponential, sigmoid

    package var kernel: fledge_activation {
        switch self {
        case .identity: FLEDGE_IDENTITY
        case .relu: FLEDGE_RELU
        case .gelu: FLEDGE_GELU
        case .geluTanh: FLEDGE_GELU_TANH
        case .silu: FLEDGE_SILU
        case .tanh: FLEDGE_TANH
        case .exponential: FLEDGE_EXP
        case .sigmoid: FLEDGE_SIGMOID
        }
    }
}

extension Tensor {
    /// The function applied to every element, in float32. O(elements).
    public func applying(_ activation: Activation) -> Tensor {
        let source = converted(to: .float32).contiguous()
        let result = Tensor(like: source, shape: shape)
        engine.kernels.pointee.activate(activation.kernel, source.floats, elementCount, result.floats)
        return result
    }

    public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, FLEDGE_ADD) }
    public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, FLEDGE_SUBTRACT) }
    public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, FLEDGE_MULTIPLY) }
    public static func / (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, FLEDGE_DIVIDE) }

    public static func + (a: Tensor, b: Float) -> Tensor { a.combined(with: b, FLEDGE_ADD) }
    public static func - (a: Tensor, b: Float) -> Tensor { a.combined(with: b, FLEDGE_SUBTRACT) }
    public static func * (a: Tensor, b: Float) -> Tensor { a.combined(with: b, FLEDGE_MULTIPLY) }
    public static func / (a: Tensor, b: Float) -> Tensor { a.combined(with: b, FLEDGE_DIVIDE) }

    /// The larger of each pair of elements, broadcast; NaN wins.
    public func maximum(_ other: Tensor) -> Tensor { combined(with: other, FLEDGE_MAXIMUM) }

    private func combined(with scalar: Float, _ function: fledge_binary) -> Tensor {
        let source = converted(to: .float32).contiguous()
        let result = Tensor(like: source, shape: shape)
        engine.kernels.pointee.binary_scalar(function, source.floats, scalar, elementCount, result.floats)
        return result
    }

    /// O(elements of the result); operands are broadcast without being copied.
    private func combined(with other: Tensor, _ function: fledge_binary) -> Tensor {
        guard let shape = Shape.broadcast(self.shape, other.shape) else {
            preconditionFailure("shapes \(self.shape) and \(other.shape) cannot be broadcast")
        }
        let a = converted(to: .float32)
        let b = other.converted(to: .float32)
        let result = Tensor(like: a, shape: shape)
        let kernels = engine.kernels.pointee
        if a.shape == shape && b.shape == shape && a.isContiguous && b.isContiguous {
            kernels.binary(function, a.floats, b.floats, shape.elementCount, result.floats)
            return result
        }
        // Row by row: the second operand's rows are found by walking its strides in step with the first's.
        let left = a.broadcast(to: shape)
        let right = b.broadcast(to: shape)
        var starts: [(start: Int, step: Int)] = []
        right.forEachRow { start, step, _ in starts.append((start, step)) }
        var row = 0
        var at = result.floats
        left.forEachRow { start, step, count in
            let x = a.storage.pointer.assumingMemoryBound(to: Float.self) + start
            let y = b.storage.pointer.assumingMemoryBound(to: Float.self) + starts[row].start
            let yStep = starts[row].step
            if step == 1 && yStep == 1 {
                kernels.binary(function, x, y, count, at)
            } else if step == 1 && yStep == 0 {
                kernels.binary_scalar(function, x, y.pointee, count, at)
            } else {
                for index in 0..<count { kernels.binary(function, x + index * step, y + index * yStep, 1, at + index) }
            }
            at += count
            row += 1
        }
        return result
    }
}
