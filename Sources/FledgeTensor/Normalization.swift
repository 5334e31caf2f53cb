import CFledgeKernels

extension Tensor {
    /// x / √(mean(x²) + ε) · weight over the last dimension (Zhang and Sennrich 2019).
    /// `weight` is `[width]`, float32.
    public func rmsNormalized(weight: Tensor, epsilon: Float) -> Tensor {
        let source = converted(to: .float32).contiguous()
        precondition(weight.elementCount == shape[fromEnd: 0], "norm weight \(weight.shape) for \(shape)")
        let result = Tensor(like: source, shape: shape)
        engine.kernels.pointee.rms_norm(
            source.floats, weight.floats, epsilon, rowCount, shape[fromEnd: 0], result.floats)
        return result
    }

    /// (x − mean) / √(variance + ε) · weight + bias over the last dimension (Ba et al. 2016).
    /// `weight` and `bias` are `[width]`, float32.
    public func layerNormalized(weight: Tensor, bias: Tensor?, epsilon: Float) -> Tensor {
        let source = converted(to: .float32).contiguous()
        precondition(weight.elementCount == shape[fromEnd: 0], "norm weight \(weight.shape) for \(shape)")
        let result = Tensor(like: source, shape: shape)
        engine.kernels.pointee.layer_norm(
            source.floats, weight.floats, bias.map { UnsafePointer($0.floats) }, epsilon, rowCount,
            shape[fromEnd: 0], result.floats)
        return result
    }

    private var rowCount: Int { shape[fromEnd: 0] == 0 ? 0 : elementCount / shape[fromEnd: 0] }
}
