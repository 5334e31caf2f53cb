import CFledgeKernels
public import FledgeTensor

/// Clipping of gradients by their common length (Pascanu et al. 2013), without a pass that writes them: the factor goes
/// into the optimiser's step.
public enum GradientNorm {
    /// √Σ g² over all gradients, in one pass over them; the same whatever the number of threads.
    public static func norm(of parameters: [ParameterUpdate], engine: Engine = .shared) -> Float {
        var updates = parameters.map { fledge_update($0, first: nil, second: nil, decay: 0, rate: 0, factor: 0) }
        var sum = 0.0
        guard fledge_sum_of_squares_run(engine.kernels, engine.pool, &updates, updates.count, &sum) else {
            preconditionFailure("out of memory for \(updates.count) partial sums")
        }
        return Float(sum.squareRoot())
    }

    /// What makes gradients of length `norm` no longer than `maximum`, as `torch.nn.utils.clip_grad_norm_` computes it;
    /// 1 for those that are short enough or where there is no maximum. NaN for NaN.
    public static func scale(norm: Float, maximum: Float?) -> Float {
        guard let maximum else { return 1 }
        let factor = maximum / (norm + 1e-6)
        return factor > 1 ? 1 : factor
    }
}
