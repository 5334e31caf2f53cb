/// A tensor that is learned, under the name that the checkpoint has for it.
public final class Parameter: @unchecked Sendable {
    public let name: String
    /// Float32, in memory of its own that the optimiser writes to. A model that was made from it must be made again
    /// afterwards.
    public let value: Tensor
    private let node = GradientNode()
    /// Whether gradients are wanted.
    public var isTrainable: Bool

    /// - Precondition: float32 and contiguous.
    public init(name: String, value: Tensor, isTrainable: Bool = true) {
        precondition(value.dtype == .float32 && value.isContiguous, "a parameter is contiguous float32")
        self.name = name
        self.value = value.detached()
        self.isTrainable = isTrainable
    }

    /// The parameter as an operand of a computation.
    public var tensor: Tensor {
        var result = value
        if isTrainable { result.node = node }
        return result
    }

    /// What ``Tensor/backward(factor:)`` has added up; nil where nothing has arrived.
    public var gradient: Tensor? { node.gradient?.value.contiguous() }

    /// Forgets the gradient.
    public func clearGradient() { _ = node.takeGradient() }
}
