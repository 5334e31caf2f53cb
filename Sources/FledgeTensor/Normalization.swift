package import CFledgeKernels

/// The normalisation of rows that transformers use, with its learned numbers.
public struct Norm: Sendable {
    /// `[width]`, float32.
    public let weight: Tensor
    /// `[width]`, float32, added last.
    public let bias: Tensor?
    /// Whether the mean is subtracted and the spread around it divides (layer normalisation, Ba et al. 2016); otherwise
    /// only the root of the mean square divides (RMS normalisation, Zhang and Sennrich 2019).
    public let isCentered: Bool
    public let epsilon: Float

    /// x / √(mean(x²) + ε) · weight.
    public static func rootMeanSquare(weight: Tensor, epsilon: Float) -> Norm {
        Norm(weight: weight, bias: nil, isCentered: false, epsilon: epsilon)
    }

    /// (x − mean) / √(variance + ε) · weight + bias.
    public static func layer(weight: Tensor, bias: Tensor?, epsilon: Float) -> Norm {
        Norm(weight: weight, bias: bias, isCentered: true, epsilon: epsilon)
    }

    private init(weight: Tensor, bias: Tensor?, isCentered: Bool, epsilon: Float) {
        self.weight = weight.converted(to: .float32).contiguous()
        self.bias = bias.map { $0.converted(to: .float32).contiguous() }
        self.isCentered = isCentered
        self.epsilon = epsilon
    }

    /// The same without gradients.
    func detached() -> Norm {
        Norm(weight: weight.detached(), bias: bias?.detached(), isCentered: isCentered, epsilon: epsilon)
    }

    /// Valid as long as the norm.
    package var kernel: fledge_norm {
        fledge_norm(
            weight: weight.floats, bias: bias.map { UnsafePointer($0.floats) }, centered: isCentered, epsilon: epsilon)
    }

    /// Rows normalised over the last dimension. O(elements), spread over the engine's threads.
    ///
    /// - Precondition: the last dimension is as long as the weight.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let source = x.converted(to: .float32).contiguous()
        let width = x.shape[fromEnd: 0]
        precondition(weight.elementCount == width, "norm weight \(weight.shape) for \(x.shape)")
        let result = Tensor(like: source, shape: x.shape)
        let engine = x.engine
        engine.times.measure(.norm) {
            withUnsafePointer(to: kernel) { kernel in
                fledge_normalize_run(
                    engine.kernels, engine.pool, source.floats, kernel, width == 0 ? 0 : x.elementCount / width, width,
                    result.floats)
            }
        }
        withExtendedLifetime((self, source)) {}
        let saved = source.detached()
        return result.recorded(from: [source, weight, bias]) { gradient in
            if let dx = self.backward(saved, gradient.value, into: source.node?.gradient) {
                source.node?.add(dx, isOwned: true)
            }
        }
    }

    /// Adds the gradients of the norm's own numbers, and returns that of its rows; with `present`, an owned gradient of
    /// the rows, adds to it and returns nil.
    func backward(_ x: Tensor, _ gradient: Tensor, into present: GradientNode.Gradient?) -> Tensor? {
        let dy = gradient.contiguous()
        let (engine, width) = (x.engine, weight.elementCount)
        var dx = Tensor(like: x, shape: x.shape)
        var adds = false
        if let present, present.isOwned, present.value.isContiguous { (dx, adds) = (present.value, true) }
        let weightSums = weight.node?.buffer(shape: weight.shape, like: x, zeroed: true).tensor
        let biasSums = bias.flatMap { $0.node?.buffer(shape: $0.shape, like: x, zeroed: true).tensor }
        let done = engine.times.measure(.norm) {
            withUnsafePointer(to: kernel) { kernel in
                fledge_norm_backward(
                    engine.kernels, engine.pool, kernel, x.floats, dy.floats, width == 0 ? 0 : x.elementCount / width,
                    width, adds, dx.floats, weightSums?.floats, biasSums?.floats)
            }
        }
        precondition(done, "out of memory for the gradient of a norm")
        withExtendedLifetime((self, x, dy, weightSums, biasSums)) {}
        return adds ? nil : dx
    }
}
