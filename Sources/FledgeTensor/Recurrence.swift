import CFledgeKernels

/// The steps of a recurrent layer over sequences of unequal lengths, from what its inputs add to the sums of its gates.
///
/// Rows are steps, one after the other; a step has a row for each sequence that is not over, the longest sequence first,
/// as in torch's `PackedSequence`:
///
///     step 0: a b c    step 1: a b    step 2: a    batchSizes = [3, 2, 1]
public struct Recurrence: Sendable {
    /// What a step does.
    public enum Cell: Sendable {
        /// Gates i, f, g, o, as `torch.nn.LSTM` orders them.
        case lstm
        /// Gates r, z, n, as `torch.nn.GRU` orders them; r acts behind the product with the state.
        case gru

        /// Sums of a step, for each number of the state.
        public var gateCount: Int { self == .lstm ? 4 : 3 }
    }

    public let cell: Cell
    /// From the state to the sums: `[gates · width, width]` as the file has it.
    public let weight: PackedWeight
    /// `[gates · width]`.
    public let bias: Tensor

    public init(cell: Cell, weight: PackedWeight, bias: Tensor) {
        self.cell = cell
        self.weight = weight
        self.bias = bias
    }

    /// Numbers of a state.
    public var width: Int { weight.depth }

    /// The states after every step, and an LSTM's cells.
    public struct Output {
        /// `[rows, width]`.
        public let hidden: Tensor
        /// `[rows, width]`; nil of a GRU. No gradients flow back from here.
        public let cells: Tensor?
    }

    /// Runs all steps. `inputs`, `[rows, gates · width]`, are what the layer's inputs add to the sums; their memory
    /// is written to, and nobody may look at them afterwards. `hidden` and `cells`, `[sequences, width]`, are the
    /// states to begin with, zeros where they are nil; no gradients flow back to them.
    ///
    /// - Precondition: `batchSizes` does not grow and adds up to the rows.
    /// - Complexity: O(rows · width² · gates), spread over the engine's threads within each step.
    public func callAsFunction(
        _ inputs: Tensor, batchSizes: [Int], hidden: Tensor? = nil, cells: Tensor? = nil
    ) -> Output {
        let rows = batchSizes.reduce(0, +)
        precondition(inputs.shape == Shape(rows, cell.gateCount * width), "\(inputs.shape) for \(rows) rows")
        let gates = inputs.contiguous().detached()
        let sequences = batchSizes.first ?? 0
        let zeros =
            hidden == nil || cells == nil ? Tensor(like: gates, shape: Shape(sequences, width)).zeroInPlace() : nil
        guard let first = hidden ?? zeros, let firstCells = cells ?? zeros else {
            preconditionFailure("no first state")
        }
        let saved = Saved(
            gates: gates, hidden: Tensor(like: gates, shape: Shape(rows, width)), first: first, firstCells: firstCells,
            cells: cell == .lstm ? Tensor(like: gates, shape: Shape(rows, width)) : nil,
            recurrent: cell == .gru ? Tensor(like: gates, shape: gates.shape) : nil, batchSizes: batchSizes)
        forward(saved)
        let result = saved.hidden.recorded(from: [inputs, bias] + weight.sources) { gradient in
            backward(saved, gradient, to: inputs)
        }
        return Output(hidden: result, cells: saved.cells)
    }

    /// What the backward pass needs of the forward pass.
    private struct Saved {
        let gates: Tensor
        let hidden: Tensor
        let first: Tensor
        let firstCells: Tensor
        let cells: Tensor?
        /// What the state adds to the sums, of a GRU.
        let recurrent: Tensor?
        let batchSizes: [Int]
    }

    private func forward(_ saved: Saved) {
        let (engine, columns) = (saved.gates.engine, weight.columns)
        let ready = weight.ready(engine: engine)
        let packed = ready.packed
        var (row, before) = (0, 0)
        for (index, count) in saved.batchSizes.enumerated() {
            let previous = index == 0 ? saved.first.floats : saved.hidden.floats + before * width
            let gates = saved.gates.floats + row * columns
            var step = fledge_recurrent_step()
            (step.rows, step.width, step.gates) = (count, width, gates)
            step.hidden = saved.hidden.floats + row * width
            if let recurrent = saved.recurrent {
                step.recurrent = recurrent.floats + row * columns
                step.previous_hidden = UnsafePointer(previous)
                multiply(previous, packed, rows: count, bias: bias, residual: nil, into: step.recurrent, engine)
            } else if let cells = saved.cells {
                step.cell = cells.floats + row * width
                step.previous_cell = UnsafePointer(
                    index == 0 ? saved.firstCells.floats : cells.floats + before * width)
                multiply(previous, packed, rows: count, bias: bias, residual: gates, into: gates, engine)
            }
            engine.times.measure(.recurrence) { fledge_recurrent_run(engine.kernels, engine.pool, &step) }
            (before, row) = (row, row + count)
        }
        withExtendedLifetime((saved, ready)) {}
    }

    /// out = x · weight + bias + residual; `residual` may be `out`.
    private func multiply(
        _ x: UnsafePointer<Float>, _ packed: fledge_packed, rows: Int, bias: Tensor?,
        residual: UnsafePointer<Float>?, into out: UnsafeMutablePointer<Float>, _ engine: Engine
    ) {
        var job = fledge_linear()
        (job.rows, job.x, job.x_stride, job.weight) = (rows, x, packed.depth, packed)
        (job.bias, job.residual, job.residual_stride) = (
            bias.map { UnsafePointer($0.floats) }, residual, packed.columns
        )
        (job.scale, job.activation, job.out, job.out_stride) = (1, FLEDGE_IDENTITY, out, packed.columns)
        let operations = 2 * Double(rows) * Double(packed.depth) * Double(packed.columns)
        let done = engine.times.measure(.recurrence, operations: operations) {
            fledge_linear_run(engine.kernels, engine.pool, &job)
        }
        precondition(done, "out of memory for packed activations")
        withExtendedLifetime(bias) {}
    }

    /// Backpropagation through time: the steps in reverse give the gradients of all sums, and one product over all
    /// steps gives the weight's.
    private func backward(_ saved: Saved, _ gradient: GradientNode.Gradient, to inputs: Tensor) {
        let engine = saved.gates.engine
        var dHidden = gradient.value.contiguous()
        if !gradient.isOwned {
            let copy = Tensor(like: saved.gates, shape: dHidden.shape)
            copy.floats.update(from: dHidden.floats, count: dHidden.elementCount)
            dHidden = copy
        }
        let transposed = weight.transposed(engine: engine)
        let dCells = cell == .lstm ? saved.firstCells.zerosLike() : nil
        var end = saved.hidden.shape[0]
        for index in saved.batchSizes.indices.reversed() {
            let count = saved.batchSizes[index]
            let row = end - count
            let before = index == 0 ? nil : row - saved.batchSizes[index - 1]
            let sums = differentiate(saved, row: row, before: before, count: count, dHidden, dCells)
            if let before {
                let target = dHidden.floats + before * width
                multiply(sums, transposed.packed, rows: count, bias: nil, residual: target, into: target, engine)
            }
            end = row
        }
        ProductGradient(
            x: previousStates(saved), weight: weight, norm: nil, bias: bias, scale: 1, residual: nil
        ).propagate(.init(value: saved.recurrent ?? saved.gates, isOwned: false))
        inputs.node?.add(saved.gates, isOwned: true)
        withExtendedLifetime((transposed, dHidden, dCells)) {}
    }

    /// One step: the gates become the gradients of their sums. Returns those of what the state adds to them.
    private func differentiate(
        _ saved: Saved, row: Int, before: Int?, count: Int, _ dHidden: Tensor, _ dCells: Tensor?
    ) -> UnsafePointer<Float> {
        let engine = saved.gates.engine
        var step = fledge_recurrent_step()
        (step.rows, step.width, step.gates) = (count, width, saved.gates.floats + row * weight.columns)
        step.d_hidden = UnsafePointer(dHidden.floats + row * width)
        if let recurrent = saved.recurrent {
            step.recurrent = recurrent.floats + row * weight.columns
            step.previous_hidden = UnsafePointer(before.map { saved.hidden.floats + $0 * width } ?? saved.first.floats)
            step.d_previous = before.map { dHidden.floats + $0 * width }
        } else if let cells = saved.cells, let dCells {
            step.cell = cells.floats + row * width
            step.previous_cell = UnsafePointer(before.map { cells.floats + $0 * width } ?? saved.firstCells.floats)
            step.d_cell = dCells.floats
        }
        engine.times.measure(.recurrence) { fledge_recurrent_run(engine.kernels, engine.pool, &step) }
        return UnsafePointer(step.recurrent ?? step.gates)
    }

    /// The state that each row began with: `[rows, width]`.
    private func previousStates(_ saved: Saved) -> Tensor {
        let result = Tensor(like: saved.hidden, shape: saved.hidden.shape)
        var (row, before) = (0, 0)
        for (index, count) in saved.batchSizes.enumerated() {
            let source = index == 0 ? saved.first.floats : saved.hidden.floats + before * width
            (result.floats + row * width).update(from: source, count: count * width)
            (before, row) = (row, row + count)
        }
        return result
    }
}
