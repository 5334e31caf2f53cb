import CFledgeKernels

/// A place in the graph of a computation that gradients flow back through: of an operation's result, or of a number
/// that is learned.
///
/// An operation whose operands have nodes gives its result one; where none has, nothing is recorded and nothing is kept.
public final class GradientNode: @unchecked Sendable {
    /// One more than the highest of the inputs: what is higher is differentiated first.
    private let level: Int
    private let inputs: [GradientNode]
    private var backward: ((Gradient) -> Void)?
    /// What has arrived so far; of a learned number it stays until somebody takes it.
    private(set) var gradient: Gradient?
    /// For the transposed view of a matrix: the matrix's node.
    package let transposed: GradientNode?

    /// What flows back.
    package struct Gradient {
        package var value: Tensor
        /// Whether nobody else will look at the memory, so that it may be written to.
        package var isOwned: Bool
    }

    /// A number that is learned.
    package init() {
        level = 0
        inputs = []
        transposed = nil
    }

    fileprivate init(
        inputs: [GradientNode], transposed: GradientNode? = nil, backward: @escaping (Gradient) -> Void
    ) {
        level = (inputs.map(\.level).max() ?? 0) + 1
        self.inputs = inputs
        self.transposed = transposed
        self.backward = backward
    }

    /// Adds to the gradient. `isOwned` says that `value` is a fresh tensor that the caller gives away.
    package func add(_ value: Tensor, isOwned: Bool) {
        guard let present = gradient else {
            gradient = Gradient(value: value, isOwned: isOwned)
            return
        }
        if present.isOwned {
            present.value.addInPlace(value)
        } else if isOwned {
            value.addInPlace(present.value)
            gradient = Gradient(value: value, isOwned: true)
        } else {
            let sum = Tensor(like: value, shape: value.shape)
            sum.copy(from: present.value)
            sum.addInPlace(value)
            gradient = Gradient(value: sum, isOwned: true)
        }
    }

    /// A gradient to add to in place, of the given shape; zeros if there was none and `zeroed` asks for it.
    package func buffer(shape: Shape, like other: Tensor, zeroed: Bool) -> (tensor: Tensor, isNew: Bool) {
        if let present = gradient, present.isOwned { return (present.value, false) }
        let fresh = Tensor(like: other, shape: shape)
        if let present = gradient {
            fresh.copy(from: present.value)
        } else if zeroed {
            (fresh.storage.pointer + fresh.offset * 4).initializeMemory(
                as: UInt8.self, repeating: 0, count: shape.elementCount * 4)
        }
        let isNew = gradient == nil
        gradient = Gradient(value: fresh, isOwned: true)
        return (fresh, isNew)
    }

    /// The gradient, which is then gone from here.
    package func takeGradient() -> Tensor? {
        defer { gradient = nil }
        return gradient?.value
    }

    /// Lets a gradient flow back from here to every number that is learned. What operations kept is freed on the way.
    func propagate(_ gradient: Gradient) {
        add(gradient.value, isOwned: gradient.isOwned)
        var found: [GradientNode] = []
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
        var open = [self]
        while let node = open.popLast() {
            if node.backward != nil { found.append(node) }
            for input in node.inputs where seen.insert(ObjectIdentifier(input)).inserted { open.append(input) }
        }
        open.removeAll()
        for node in found.sorted(by: { $0.level > $1.level }) {
            let (gradient, backward) = (node.gradient, node.backward)
            node.gradient = nil
            node.backward = nil
            if let gradient { backward?(gradient) }
        }
    }
}

extension Tensor {
    /// Whether gradients flow back to this tensor.
    public var requiresGradient: Bool { node != nil }

    /// The same numbers, cut off from the computation that made them.
    public func detached() -> Tensor {
        var result = self
        result.node = nil
        return result
    }

    /// Differentiates a scalar, or the sum of a tensor's elements times `factor`, with respect to everything learned
    /// that it was computed from; gradients are added to what is there.
    ///
    /// A computation can be differentiated once. O(operations), about twice the time that computing them took.
    public func backward(factor: Float = 1) {
        guard let node else { return }
        let ones = Tensor(like: self, shape: shape)
        for index in 0..<elementCount { ones.floats[index] = factor }
        node.propagate(.init(value: ones, isOwned: true))
    }

    /// This tensor as the result of an operation on `operands`; `backward` hands the result's gradient on to them.
    package func recorded(
        from operands: [Tensor?], transposed: GradientNode? = nil,
        _ backward: @escaping (GradientNode.Gradient) -> Void
    ) -> Tensor {
        recorded(from: operands.compactMap { $0?.node }, transposed: transposed, backward)
    }

    /// `always` records even where the operands have no nodes: what the operation uses besides has some.
    package func recorded(
        from nodes: [GradientNode], transposed: GradientNode? = nil, always: Bool = false,
        _ backward: @escaping (GradientNode.Gradient) -> Void
    ) -> Tensor {
        guard always || !nodes.isEmpty else { return self }
        if GradientMode.current == .off { return detached() }
        var result = self
        result.node = GradientNode(inputs: nodes, transposed: transposed, backward: backward)
        return result
    }

    /// self += other, element by element, both contiguous float32, whoever else looks at the memory.
    package func addInPlace(_ other: Tensor) {
        let source = other.contiguous()
        precondition(elementCount == other.elementCount && isContiguous, "adding \(other.shape) to \(shape)")
        engine.times.measure(.sums) {
            fledge_add_run(engine.kernels, engine.pool, source.floats, elementCount, floats)
        }
        withExtendedLifetime((self, source)) {}
    }

    fileprivate func copy(from other: Tensor) {
        let source = other.contiguous()
        floats.update(from: source.floats, count: elementCount)
        withExtendedLifetime((self, source)) {}
    }
}
