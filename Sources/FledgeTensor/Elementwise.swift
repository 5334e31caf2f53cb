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
        let engine = engine
        engine.times.measure(.activation) {
            fledge_activate_run(
                engine.kernels, engine.pool, activation.kernel, source.floats, nil, elementCount, result.floats)
        }
        let saved = source.detached()
        return result.recorded(from: [source]) { gradient in
            let dy = gradient.value.contiguous()
            let dx = gradient.isOwned ? dy : Tensor(like: dy, shape: dy.shape)
            engine.times.measure(.activation) {
                fledge_activate_run(
                    engine.kernels, engine.pool, activation.kernel, saved.floats, dy.floats, dy.elementCount, dx.floats)
            }
            source.node?.add(dx, isOwned: true)
            withExtendedLifetime((saved, dy)) {}
        }
    }

    /// The first half of every row are gates, the second values: activation(gate) · value, `[…, width / 2]`.
    public func gated(by activation: Activation) -> Tensor {
        let source = contiguous()
        let width = shape[fromEnd: 0] / 2
        var outShape = shape
        outShape[rank - 1] = width
        let result = Tensor(like: source, shape: outShape)
        let (engine, rows) = (engine, width == 0 ? 0 : result.elementCount / width)
        engine.times.measure(.activation) {
            fledge_gate_run(
                engine.kernels, engine.pool, activation.kernel, source.floats, nil, rows, width, result.floats)
        }
        let saved = source.detached()
        return result.recorded(from: [source]) { gradient in
            let dy = gradient.value.contiguous()
            let dx = Tensor(like: saved, shape: saved.shape)
            engine.times.measure(.activation) {
                fledge_gate_run(
                    engine.kernels, engine.pool, activation.kernel, saved.floats, dy.floats, rows, width, dx.floats)
            }
            source.node?.add(dx, isOwned: true)
            withExtendedLifetime((saved, dy)) {}
        }
    }

    /// Each element zero with a probability, the others divided by what is left of it (Srivastava et al. 2014); which
    /// are, is a function of the seed.
    ///
    /// - Precondition: 0 ≤ probability < 1.
    public func dropout(_ probability: Float, seed: UInt64) -> Tensor {
        precondition(probability >= 0 && probability < 1, "dropout with a probability of \(probability)")
        if probability == 0 { return self }
        let source = contiguous()
        let result = Tensor(like: source, shape: shape)
        let engine = engine
        engine.times.measure(.dropout) {
            fledge_dropout_run(engine.pool, source.floats, elementCount, probability, seed, result.floats)
        }
        withExtendedLifetime(source) {}
        return result.recorded(from: [source]) { gradient in
            let dy = gradient.value.contiguous()
            let dx = gradient.isOwned ? dy : Tensor(like: dy, shape: dy.shape)
            engine.times.measure(.dropout) {
                fledge_dropout_run(engine.pool, dy.floats, dy.elementCount, probability, seed, dx.floats)
            }
            source.node?.add(dx, isOwned: true)
            withExtendedLifetime(dy) {}
        }
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
        return result.recorded(from: [source]) { gradient in
            switch function {
            case FLEDGE_MULTIPLY: source.node?.add(gradient.value * scalar, isOwned: true)
            case FLEDGE_DIVIDE: source.node?.add(gradient.value / scalar, isOwned: true)
            default: source.node?.add(gradient.value, isOwned: gradient.isOwned)
            }
        }
    }

    /// O(elements of the result); operands are broadcast without being copied.
    private func combined(with other: Tensor, _ function: fledge_binary) -> Tensor {
        let result = detached().computed(with: other.detached(), function)
        return result.recorded(from: [self, other]) { gradient in
            let dy = gradient.value
            let (a, b) = (self.detached(), other.detached())
            // Operands that were broadcast get the sum over their copies.
            func add(_ value: Tensor, to operand: Tensor, isFresh: Bool) {
                let sum = value.reduced(to: operand.shape)
                operand.node?.add(sum, isOwned: isFresh || sum.shape != value.shape)
            }
            switch function {
            case FLEDGE_ADD:
                if self.node != nil { add(dy, to: self, isFresh: false) }
                if other.node != nil { add(dy, to: other, isFresh: false) }
            case FLEDGE_SUBTRACT:
                if self.node != nil { add(dy, to: self, isFresh: false) }
                if other.node != nil { add(dy * -1, to: other, isFresh: true) }
            case FLEDGE_MULTIPLY:
                if self.node != nil { add(dy * b, to: self, isFresh: true) }
                if other.node != nil { add(dy * a, to: other, isFresh: true) }
            case FLEDGE_DIVIDE:
                if self.node != nil { add(dy / b, to: self, isFresh: true) }
                if other.node != nil { add(dy * a / (b * b) * -1, to: other, isFresh: true) }
            default:
                // Of two equals the first one wins.
                let mask = Tensor(
                    zip(dy.broadcastScalars(a), dy.broadcastScalars(b)).map { $0 >= $1 ? 1 : 0 }, shape: dy.shape)
                if self.node != nil { add(dy * mask, to: self, isFresh: true) }
                if other.node != nil { add(dy * (mask * -1 + 1), to: other, isFresh: true) }
            }
        }
    }

    /// Another tensor's elements where they meet this one's.
    private func broadcastScalars(_ other: Tensor) -> [Float] { other.broadcast(to: shape).scalars }

    private func computed(with other: Tensor, _ function: fledge_binary) -> Tensor {
        guard let shape = Shape.broadcast(self.shape, other.shape) else {
            preconditionFailure("shapes \(self.shape) and \(other.shape) cannot be broadcast")
        }
        let a = converted(to: .float32)
        let b = other.converted(to: .float32)
        let result = Tensor(like: a, shape: shape)
        let kernels = engine.kernels.pointee
        if a.shape == shape && b.shape == shape && a.isContiguous && b.isContiguous {
            let (engine, count, chunk) = (engine, shape.elementCount, 1 << 15)
            engine.times.measure(.sums) {
                if count <= chunk { return kernels.binary(function, a.floats, b.floats, count, result.floats) }
                engine.parallelFor((count + chunk - 1) / chunk) { index in
                    let begin = index * chunk
                    kernels.binary(
                        function, a.floats + begin, b.floats + begin, min(chunk, count - begin), result.floats + begin)
                }
            }
            withExtendedLifetime((a, b)) {}
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
