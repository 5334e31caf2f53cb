/// A tensor that is learned, under the name that the checkpoint has for it.
public final class Parameter: @unchecked Sendable {
    public let name: String
    public let shape: Shape
    /// Where the numbers lie in a file, nil where they never did.
    private let stored: Tensor?
    /// Float32, once somebody has asked for it.
    private var own: Tensor?
    private let node = GradientNode()
    /// Whether gradients are wanted.
    public var isTrainable: Bool

    /// - Precondition: float32 and contiguous.
    public init(name: String, value: Tensor, isTrainable: Bool = true) {
        precondition(value.dtype == .float32 && value.isContiguous, "a parameter is contiguous float32")
        self.name = name
        shape = value.shape
        stored = nil
        own = value.detached()
        self.isTrainable = isTrainable
    }

    /// A parameter that begins with a tensor of a file. While it is not learned, it is used as it lies there.
    ///
    /// - Precondition: floating-point and contiguous.
    public init(name: String, stored: Tensor, isTrainable: Bool = true) {
        precondition(stored.dtype.isFloatingPoint && stored.isContiguous, "a parameter is contiguous floating-point")
        self.name = name
        shape = stored.shape
        self.stored = stored.detached()
        own = nil
        self.isTrainable = isTrainable
    }

    /// Float32, in memory of its own that the optimiser writes to: of what lies in a file, a copy is made when it is first
    /// asked for. A model that was made from it must be made again after it was written to.
    public var value: Tensor {
        if let own { return own }
        guard let stored else { preconditionFailure("a parameter without numbers") }
        let copy = Tensor(zeros: shape)
        stored.withFloats { source in
            if let base = source.baseAddress { copy.floats.update(from: base, count: source.count) }
        }
        stored.dropPages()
        own = copy
        return copy
    }

    /// The numbers as they lie, in memory or in the file, in the type that they have there.
    public var source: Tensor { own ?? stored ?? value }

    /// Whether there is a float32 copy in memory.
    public var isInMemory: Bool { own != nil }

    /// The parameter as an operand of a computation.
    public var tensor: Tensor {
        guard isTrainable else { return source }
        var result = value
        result.node = node
        return result
    }

    /// What ``Tensor/backward(factor:)`` has added up; nil where nothing has arrived.
    public var gradient: Tensor? { node.gradient?.value.contiguous() }

    /// Forgets the gradient.
    public func clearGradient() { _ = node.takeGradient() }
}

extension Tensor {
    /// Where a contiguous tensor lies in memory.
    package var bytes: Range<UInt> {
        let start = UInt(bitPattern: pointer)
        return start..<start + UInt(elementCount * dtype.byteCount)
    }

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
