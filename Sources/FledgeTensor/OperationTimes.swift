import CFledgeKernels

/// The kinds of work that a training step consists of.
public enum OperationKind: String, Sendable, CaseIterable, Codable {
    case product = "products forward"
    case inputGradient = "products back to inputs"
    case weightGradient = "products back to weights"
    case packing = "packing weights"
    case vocabulary = "vocabulary and loss, both ways"
    case attention = "attention forward"
    case attentionGradient = "attention backward"
    case norm = "norms"
    case activation = "activations"
    case dropout = "dropout"
    case sums = "sums and bias gradients"
    case recurrence = "recurrent cells"
    case optimizer = "clipping and optimiser"
}

/// Where the time of a computation goes, while somebody wants to know.
///
/// Work inside of other work counts for the outer one. One computation at a time is measured: the engine's other callers
/// must wait meanwhile.
public final class OperationTimes: @unchecked Sendable {
    /// What one kind of work took.
    public struct Entry: Sendable, Equatable {
        public var seconds = 0.0
        public var calls = 0
        /// Multiplications and additions of products; 0 for work that is not counted so.
        public var operations = 0.0
    }

    /// Whether time is taken; set between computations.
    public var isOn = false
    public private(set) var entries: [OperationKind: Entry] = [:]
    private var isInside = false
    private var inner = 0.0

    public func reset() { entries = [:] }

    /// Runs `body` and adds its time to a kind of work.
    package func measure<Result>(_ kind: OperationKind, operations: Double = 0, _ body: () -> Result) -> Result {
        guard isOn else { return body() }
        guard !isInside else {
            inner += operations
            return body()
        }
        (isInside, inner) = (true, operations)
        let start = ContinuousClock.now
        let result = body()
        let seconds = (ContinuousClock.now - start).seconds
        isInside = false
        var entry = entries[kind] ?? Entry()
        entry.seconds += seconds
        entry.calls += 1
        entry.operations += inner
        entries[kind] = entry
        return result
    }
}

extension Engine {
    /// Operations a second that all threads together reach in a large product whose operands are near: the ceiling of
    /// everything that is products. `type` is float32 or bfloat16.
    public func measureProductRate(_ type: WeightType) -> Double {
        let (rows, depth, columns) = (384 * threads, 512, 512)
        let weight = PackedWeight([Tensor(zeros: Shape(columns, depth)) + 0.5], type: type, engine: self)
        let workspace = Workspace(engine: self)
        let x = Tensor(in: workspace, shape: Shape(rows, depth))
        x.lent.update(repeating: 0.25)
        var best = Double.infinity
        for _ in 0..<40 {
            let seconds = ContinuousClock().measure { _ = x.product(weight) }.seconds
            best = min(best, seconds)
        }
        return 2 * Double(rows) * Double(depth) * Double(columns) / best
    }
}
