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

extension Tensor {
    /// The elements of a parameter or a gradient, to be written to whoever else looks at them.
    ///
    /// - Precondition: contiguous float32, and alive while they are used.
    package var lent: UnsafeMutableBufferPointer<Float> {
        precondition(isContiguous, "elements with gaps cannot be lent")
        return UnsafeMutableBufferPointer(start: floats, count: elementCount)
    }

    /// Writes other numbers where these are, whoever else looks at them.
    package func overwrite(with source: UnsafeBufferPointer<Float>) { _ = lent.update(fromContentsOf: source) }
}
