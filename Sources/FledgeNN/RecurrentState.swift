import FledgeTensor

/// What the layers of a recurrent model remember of each sequence: a value that does not grow.
public struct RecurrentState: Sendable {
    /// Numbers of one layer's state.
    public let width: Int
    /// Of each layer, the sequences' states one after the other.
    private var hidden: [[Float]]
    /// The same of an LSTM's cells; empty for a GRU.
    private var cells: [[Float]]

    /// Zeros.
    public init(layers: Int, width: Int, hasCells: Bool, sequences: Int) {
        self.width = width
        let zeros = [Float](repeating: 0, count: sequences * width)
        hidden = Array(repeating: zeros, count: layers)
        cells = hasCells ? hidden : []
    }

    /// The states of some slots, `[slots, width]`.
    func hidden(layer: Int, slots: [Int], like other: Tensor) -> Tensor { rows(hidden[layer], slots, like: other) }

    /// The cells of some slots, nil of a GRU.
    func cells(layer: Int, slots: [Int], like other: Tensor) -> Tensor? {
        cells.isEmpty ? nil : rows(cells[layer], slots, like: other)
    }

    private func rows(_ numbers: [Float], _ slots: [Int], like other: Tensor) -> Tensor {
        let result = Tensor(like: other, shape: Shape(slots.count, width))
        numbers.withUnsafeBufferPointer { source in
            for (row, slot) in slots.enumerated() {
                for index in 0..<width { result.lent[row * width + index] = source[slot * width + index] }
            }
        }
        return result
    }

    /// Remembers where the sequences of some steps are at their ends.
    mutating func store(_ output: Recurrence.Output, layer: Int, _ steps: RecurrentSteps) {
        RecurrentState.store(output.hidden, in: &hidden[layer], width, steps)
        if let rows = output.cells { RecurrentState.store(rows, in: &cells[layer], width, steps) }
    }

    private static func store(_ rows: Tensor, in numbers: inout [Float], _ width: Int, _ steps: RecurrentSteps) {
        rows.withFloats { source in
            for (rank, slot) in steps.slots.enumerated() {
                let row = steps.lastRows[rank] * width
                for index in 0..<width { numbers[slot * width + index] = source[row + index] }
            }
        }
    }

    /// Slot `i` goes on from what slot `slots[i]` remembers.
    mutating func select(_ slots: [Int]) {
        let width = width
        func selected(_ numbers: [Float]) -> [Float] {
            slots.flatMap { numbers[$0 * width..<($0 + 1) * width] }
        }
        hidden = hidden.map(selected)
        cells = cells.map(selected)
    }

    /// Bytes that all states take.
    public var byteCount: Int { (hidden + cells).reduce(0) { $0 + 4 * $1.count } }
}
