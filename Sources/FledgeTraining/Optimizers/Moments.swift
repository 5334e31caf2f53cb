import FledgeTensor

/// The moments that an optimiser keeps for each parameter, by the parameter's name.
struct Moments: Sendable {
    /// Those of one parameter.
    struct Slot: Sendable {
        var step: Int
        var tensors: [Tensor]
    }

    /// What the moments of a parameter are called, and their shapes.
    typealias Layout = @Sendable (Shape) -> [(name: String, shape: Shape)]

    private var numbers: [String: Int] = [:]
    private var slots: [Slot] = []
    private var shapes: [Shape] = []

    /// Where the moments of a parameter lie, made as zeros if there are none yet.
    ///
    /// - Precondition: The name comes with the same shape each time.
    mutating func number(of name: String, shape: Shape, layout: Layout) -> Int {
        if let number = numbers[name] {
            precondition(shapes[number] == shape, "“\(name)” was \(shapes[number]) before and is \(shape) now")
            return number
        }
        numbers[name] = slots.count
        shapes.append(shape)
        slots.append(Slot(step: 0, tensors: layout(shape).map { Tensor(zeros: $0.shape) }))
        return slots.count - 1
    }

    /// Counts a step of a parameter and returns its number, from 1.
    mutating func countStep(_ number: Int) -> Int {
        slots[number].step += 1
        return slots[number].step
    }

    /// The address of a moment that no other value shares, good while this value is not changed otherwise.
    mutating func pointer(_ number: Int, _ index: Int) -> UnsafeMutablePointer<Float>? {
        slots[number].tensors[index].withMutableFloats { $0.baseAddress }
    }

    func state(kind: String, layout: Layout) -> OptimizerState {
        var tensors: [String: Tensor] = [:]
        for (name, number) in numbers {
            tensors["\(name).step"] = Tensor([slots[number].step], shape: [])
            for (moment, tensor) in zip(layout(shapes[number]), slots[number].tensors) {
                tensors["\(name).\(moment.name)"] = tensor
            }
        }
        return OptimizerState(kind: kind, tensors: tensors)
    }

    /// - Throws: ``OptimizerError`` when the state is not of these parameters.
    init(_ state: OptimizerState, kind: String, shapes: [String: Shape], layout: Layout) throws(OptimizerError) {
        guard state.kind == kind else { throw .wrongKind(expected: kind, found: state.kind) }
        if state.tensors.isEmpty { return }
        var rest = state.tensors
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            let step = try Moments.take("\(name).step", [], .int64, from: &rest)
            var tensors: [Tensor] = []
            for moment in layout(shape) {
                let tensor = try Moments.take("\(name).\(moment.name)", moment.shape, .float32, from: &rest)
                var copy = Tensor(zeros: moment.shape)
                copy.withMutableFloats { target in tensor.withFloats { _ = target.update(fromContentsOf: $0) } }
                tensors.append(copy)
            }
            let count = step.integers.first ?? 0
            guard count >= 0, count < 1 << 53 else { throw .badSetting("“\(name).step”", "from 0 to 2⁵³") }
            numbers[name] = slots.count
            self.shapes.append(shape)
            slots.append(Slot(step: count, tensors: tensors))
        }
        if let name = rest.keys.min() { throw .unexpected(name) }
    }

    init() {}

    private static func take(
        _ name: String, _ shape: Shape, _ dtype: DType, from tensors: inout [String: Tensor]
    ) throws(OptimizerError) -> Tensor {
        guard let tensor = tensors.removeValue(forKey: name) else { throw .missing(name) }
        guard tensor.shape == shape, tensor.dtype == dtype else {
            throw .wrongShape(name, expected: "\(dtype) \(shape)", found: "\(tensor.dtype) \(tensor.shape)")
        }
        return tensor
    }
}
