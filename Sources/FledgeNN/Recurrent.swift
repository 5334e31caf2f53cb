public import FledgeTensor

/// Layers of an LSTM or a GRU, one above the other, as `torch.nn.LSTM` and `torch.nn.GRU` define them and name their
/// weights: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, `weight_ih_l1`, …
public struct Recurrent: Sendable {
    /// One layer.
    public struct Layer: Sendable {
        /// What the layer's inputs add to the sums of the gates; of all steps at once.
        public let input: Linear
        public let recurrence: Recurrence
    }

    public let layers: [Layer]

    /// Loads the layers.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(
        _ scope: WeightScope, cell: Recurrence.Cell, inputs: Int, width: Int, layers count: Int
    ) throws(SafetensorsError) {
        let loader = scope.loader
        let rows = cell.gateCount * width
        var layers: [Layer] = []
        for index in 0..<count {
            let matrix = try scope.tensor("weight_ih_l\(index)", shape: Shape(rows, index == 0 ? inputs : width))
            let input = Linear(
                loader, matrices: [matrix], biases: [try scope.vector("bias_ih_l\(index)", shape: Shape(rows))])
            let weight = try scope.tensor("weight_hh_l\(index)", shape: Shape(rows, width))
            let recurrence = Recurrence(
                cell: cell,
                weight: loader.packed([weight], gated: false),
                bias: try scope.vector("bias_hh_l\(index)", shape: Shape(rows)))
            layers.append(Layer(input: input, recurrence: recurrence))
        }
        self.layers = layers
    }

    /// Runs all layers.
    ///
    /// - Parameters:
    ///   - rows: `[rows, inputs]`, in the steps' order.
    ///   - steps: which row belongs to which sequence.
    ///   - state: where the sequences are, and are afterwards; nil to begin with zeros and forget the end.
    ///   - observe: called with every layer's states.
    /// - Returns: the last layer's states, row for row, `[rows, width]`.
    public func callAsFunction(
        _ rows: Tensor, steps: RecurrentSteps, state: inout RecurrentState?, observe: ((Int, Tensor) -> Void)? = nil
    ) -> Tensor {
        var rows = rows
        for (index, layer) in layers.enumerated() {
            let output = layer.recurrence(
                layer.input(rows), batchSizes: steps.batchSizes,
                hidden: state?.hidden(layer: index, slots: steps.slots, like: rows),
                cells: state?.cells(layer: index, slots: steps.slots, like: rows))
            state?.store(output, layer: index, steps)
            rows = layer.input.dropout?(output.hidden) ?? output.hidden
            observe?(index, rows)
        }
        return rows
    }

    /// States of zeros for so many sequences.
    public func makeState(sequences: Int) -> RecurrentState {
        RecurrentState(
            layers: layers.count, width: layers.first?.recurrence.width ?? 0,
            hasCells: layers.first?.recurrence.cell == .lstm, sequences: sequences)
    }

    /// Bytes of weights that a step reads.
    public var weightByteCount: Int {
        layers.reduce(0) { $0 + $1.input.weight.byteCount + $1.recurrence.weight.byteCount }
    }
}

/// How the tokens of a ragged batch are laid out in steps: the longest sequence first, and a step's rows together.
public struct RecurrentSteps: Sendable {
    /// Rows of each step.
    public let batchSizes: [Int]
    /// The slots of the sequences, the longest first; sequences without tokens are left out.
    public let slots: [Int]
    /// Of each row, the token's place when the sequences lie one after the other.
    public let places: [Int]
    /// The row of each sequence's last token, in the order of ``slots``.
    public let lastRows: [Int]

    /// - Parameters:
    ///   - counts: tokens of each sequence.
    ///   - slots: where the sequences' states are; nil for the first, the second, …
    public init(counts: [Int], slots: [Int]? = nil) {
        var (starts, start) = ([Int](), 0)
        for count in counts {
            starts.append(start)
            start += count
        }
        let order = counts.indices.filter { counts[$0] > 0 }
            .sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
        var (sizes, places) = ([Int](), [Int]())
        places.reserveCapacity(start)
        var lastRows = Array(repeating: 0, count: order.count)
        var running = order.count
        for step in 0..<(order.first.map { counts[$0] } ?? 0) {
            while running > 0, counts[order[running - 1]] <= step { running -= 1 }
            sizes.append(running)
            for rank in 0..<running {
                lastRows[rank] = places.count
                places.append(starts[order[rank]] + step)
            }
        }
        batchSizes = sizes
        self.places = places
        self.lastRows = lastRows
        self.slots = order.map { slots?[$0] ?? $0 }
    }

    /// Whether the rows lie as the sequences' tokens do.
    public var isInOrder: Bool { places.indices.allSatisfy { places[$0] == $0 } }

    /// Rows in the steps' order, as the sequences' tokens lie.
    public func restored(_ rows: Tensor) -> Tensor {
        if isInOrder { return rows }
        var inverse = Array(repeating: 0, count: places.count)
        for (row, place) in places.enumerated() { inverse[place] = row }
        return rows.gatheredRows(inverse, like: rows)
    }
}
