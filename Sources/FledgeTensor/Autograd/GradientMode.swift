/// What operations leave behind for gradients, in the code that runs with it.
public enum GradientMode: Sendable {
    /// Everything that the way back needs is kept.
    case recording
    /// Blocks of layers keep only what goes into them, and compute the rest again on the way back (Chen et al. 2016):
    /// about a third more work for far less memory.
    case recomputing
    /// Nothing: what is computed cannot be differentiated.
    case off

    /// The mode of the code that asks.
    @TaskLocal public static var current = GradientMode.recording
}

/// Runs `body` without leaving anything behind for gradients.
public func withoutGradients<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try withGradientMode(.off, body)
}

/// Runs `body` in a mode.
public func withGradientMode<Result, Failure: Error>(
    _ mode: GradientMode, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    var result: Swift.Result<Result, Failure>?
    GradientMode.$current.withValue(mode) {
        do throws(Failure) { result = .success(try body()) } catch { result = .failure(error) }
    }
    guard let result else { preconditionFailure("a body that did not run") }
    return try result.get()
}

extension Tensor {
    /// What `body` makes of `inputs`, of which only the inputs are kept: on the way back `body` runs once more.
    ///
    /// Gradients flow to the inputs and to every ``Parameter`` that `body` uses.
    ///
    /// - Precondition: `body` gives the same result each time, and everything else that it uses and that gradients flow
    ///   back through is used by it alone.
    public static func recomputed(
        _ inputs: [Tensor], _ body: @escaping ([Tensor]) -> Tensor
    ) -> Tensor {
        let kept = inputs.map { $0.detached() }
        let result = withoutGradients { body(kept) }
        return result.recorded(from: inputs.compactMap(\.node), always: true) { gradient in
            let leaves = zip(kept, inputs).map { $1.requiresGradient ? $0.asLeaf() : $0 }
            body(leaves).node?.propagate(gradient)
            for (leaf, input) in zip(leaves, inputs) {
                guard let gradient = leaf.node?.gradient else { continue }
                input.node?.add(gradient.value, isOwned: gradient.isOwned)
            }
        }
    }

    /// The same numbers as something that gradients are gathered for.
    private func asLeaf() -> Tensor {
        var result = self
        result.node = GradientNode()
        return result
    }
}
