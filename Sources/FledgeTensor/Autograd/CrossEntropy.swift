import CFledgeKernels

extension Tensor {
    /// factor · Σ −log softmax(scale · norm(x) Wᵀ + bias)[label], over the rows with a label: the logits are made, looked
    /// at and forgotten some rows at a time, and so are their gradients.
    ///
    /// With `smoothing`, that share of the loss is the mean over all columns instead (Szegedy et al. 2016, section 7).
    ///
    /// The tensor is `[rows, inputs]`, `labels` has one a row, negative where there is none; the result is `[1]`. The
    /// gradients of everything behind are computed at once, since they come from the same logits.
    ///
    /// - Precondition: labels below the weight's columns.
    /// - Complexity: O(rows · inputs · columns); memory for about 16 M logits.
    public func crossEntropy(
        _ weight: PackedWeight, norm: Norm? = nil, bias: Tensor? = nil, scale: Float = 1, labels: [Int], factor: Float,
        smoothing: Float = 0
    ) -> Tensor {
        precondition(rank == 2 && labels.count == shape[0], "\(labels.count) labels for \(shape)")
        let wanted = labels.indices.filter { labels[$0] >= 0 }
        if wanted.count < labels.count {
            return gatheredRows(wanted, like: self).crossEntropy(
                weight, norm: norm, bias: bias, scale: scale, labels: wanted.map { labels[$0] }, factor: factor,
                smoothing: smoothing)
        }
        precondition(labels.allSatisfy { $0 < weight.columns }, "a label outside \(weight.columns) columns")
        let input = norm?(self) ?? self
        var job = CrossEntropy(
            input: input.detached().contiguous(), weight: weight, bias: bias, scale: scale, factor: factor,
            smoothing: smoothing,
            hasGradient: GradientMode.current != .off
                && ([input, bias] + weight.sources).contains { $0?.node != nil })
        let loss = engine.times.measure(.vocabulary) { job.run(labels) }
        let gradients = job
        return loss.recorded(from: [input, bias] + weight.sources) { gradient in
            gradients.propagate(gradient.value.floats[0], to: input, bias)
        }
    }
}

/// A projection to classes with its loss, and the gradients of both.
private struct CrossEntropy {
    let input: Tensor
    let weight: PackedWeight
    let bias: Tensor?
    let scale: Float
    let factor: Float
    let smoothing: Float
    let hasGradient: Bool
    private var inputGradient: Tensor?
    private var weightGradients: [Tensor?] = []
    private var biasGradient: Tensor?

    init(
        input: Tensor, weight: PackedWeight, bias: Tensor?, scale: Float, factor: Float, smoothing: Float,
        hasGradient: Bool
    ) {
        self.input = input
        self.weight = weight
        self.bias = bias
        self.scale = scale
        self.factor = factor
        self.smoothing = smoothing
        self.hasGradient = hasGradient
    }

    mutating func run(_ labels: [Int]) -> Tensor {
        let (rows, columns) = (input.shape[0], weight.columns)
        let loss = Tensor(like: input, shape: Shape(1))
        let transposed =
            hasGradient && !weight.hasStretches ? weight.transposed(engine: input.engine) : nil
        if hasGradient {
            inputGradient = Tensor(like: input, shape: input.shape)
            biasGradient = bias?.node == nil ? nil : Tensor(like: input, shape: Shape(columns)).zerosLike()
            weightGradients = weight.sources.map {
                $0.node == nil ? nil : Tensor(like: input, shape: gradientShape($0))
            }
        }
        let ready = weight.ready(engine: input.engine)
        // Stretches of equal length, in whole tiles: each costs a pass over the weight and its gradient, and its logits
        // should take no more memory than a large matrix.
        let stretches = max(1, (rows * columns + (16 << 20) - 1) / (16 << 20))
        let atOnce = max(96, ((rows + stretches - 1) / stretches + 11) / 12 * 12)
        var sum = 0.0
        for begin in stride(from: 0, to: rows, by: atOnce) {
            let end = min(rows, begin + atOnce)
            let some = input.sliced(0, begin..<end)
            let logits = some.product(ready, bias: bias?.detached(), scale: scale)
            let losses = Tensor(like: input, shape: Shape(end - begin))
            let wanted = labels[begin..<end].map { Int64($0) }
            fledge_cross_entropy_run(
                input.engine.kernels, input.engine.pool, logits.floats, end - begin, columns, wanted, factor,
                losses.floats, smoothing)
            for row in 0..<end - begin { sum += Double(losses.floats[row]) }
            if let inputGradient {
                let target = inputGradient.sliced(0, begin..<end)
                if let transposed {
                    multiply(logits, columns: 0..<columns, by: transposed, to: target)
                } else {
                    // Some columns at a time: so deep a product would take the whole weight through the near cache for
                    // every few rows.
                    for first in stride(from: 0, to: columns, by: 2048) {
                        let stretch = first..<min(columns, first + 2048)
                        let back = weight.transposed(columns: stretch, engine: input.engine)
                        multiply(logits, columns: stretch, by: back, to: target)
                    }
                }
                addWeights(logits, some, isFirst: begin == 0)
            }
            withExtendedLifetime((logits, losses)) {}
        }
        loss.floats[0] = Float(sum * Double(factor))
        if rows == 0 {
            for gradient in weightGradients { gradient.map { _ = $0.zeroInPlace() } }
        }
        return loss
    }

    /// The gradients of some columns of logits times the weight's rows for them; those after the first are added.
    private func multiply(_ logits: Tensor, columns: Range<Int>, by weight: PackedWeight, to target: Tensor) {
        var job = fledge_linear()
        (job.rows, job.x, job.x_stride) = (
            logits.shape[0], UnsafePointer(logits.floats + columns.lowerBound), logits.shape[1]
        )
        (job.weight, job.scale, job.activation) = (weight.packed, scale, FLEDGE_IDENTITY)
        (job.out, job.out_stride) = (target.floats, weight.columns)
        if columns.lowerBound > 0 { (job.residual, job.residual_stride) = (UnsafePointer(job.out), weight.columns) }
        let operations = 2 * Double(job.rows) * Double(columns.count) * Double(weight.columns)
        let engine = input.engine
        let done = engine.times.measure(.vocabulary, operations: operations) {
            fledge_linear_run(engine.kernels, engine.pool, &job)
        }
        precondition(done, "out of memory for the gradient of a projection")
        withExtendedLifetime((logits, weight, target)) {}
    }

    private func gradientShape(_ source: Tensor) -> Shape {
        source.node?.transposed == nil ? source.shape : Shape(source.shape[1], source.shape[0])
    }

    private func addWeights(_ logits: Tensor, _ some: Tensor, isFirst: Bool) {
        let (rows, columns, depth) = (logits.shape[0], logits.shape[1], weight.depth)
        let engine = input.engine
        let inputs = fledge_matrix(data: some.floats, rows: rows, columns: depth, stride: depth)
        let type: fledge_type = weight.type == .bfloat16 ? FLEDGE_BFLOAT16 : FLEDGE_FLOAT32
        var column = 0
        for (source, target) in zip(weight.sources, weightGradients) {
            let part = fledge_matrix(
                data: logits.floats + column, rows: rows, columns: source.shape[0], stride: columns)
            column += source.shape[0]
            guard let target else { continue }
            var (a, b) = source.node?.transposed == nil ? (part, inputs) : (inputs, part)
            let operations = 2 * Double(rows) * Double(a.columns) * Double(b.columns)
            let done = engine.times.measure(.vocabulary, operations: operations) {
                fledge_outer_run(
                    engine.kernels, engine.pool, &a, &b, type, scale, !isFirst, target.floats, target.shape[1])
            }
            precondition(done, "out of memory for the gradient of a projection")
        }
        if let biasGradient {
            var matrix = fledge_matrix(data: logits.floats, rows: rows, columns: columns, stride: columns)
            let done = fledge_add_columns(engine.kernels, engine.pool, &matrix, biasGradient.floats)
            precondition(done, "out of memory for the gradient of a bias")
        }
        withExtendedLifetime((logits, some)) {}
    }

    func propagate(_ upstream: Float, to operand: Tensor, _ bias: Tensor?) {
        func scaled(_ gradient: Tensor) -> Tensor { upstream == 1 ? gradient : gradient * upstream }
        if let inputGradient { operand.node?.add(scaled(inputGradient), isOwned: true) }
        if let biasGradient { bias?.node?.add(scaled(biasGradient), isOwned: true) }
        for (source, gradient) in zip(weight.sources, weightGradients) {
            guard let node = source.node, let gradient else { continue }
            (node.transposed ?? node).add(scaled(gradient), isOwned: true)
        }
    }
}

extension Tensor {
    /// factor · Σ −log softmax(row)[label], of rows that are logits themselves: `[1]`. A negative label leaves its row out.
    public func crossEntropyOfRows(labels: [Int], factor: Float, smoothing: Float = 0) -> Tensor {
        precondition(rank == 2 && labels.count == shape[0], "\(labels.count) labels for \(shape)")
        precondition(labels.allSatisfy { $0 < shape[1] }, "a label outside \(shape[1]) columns")
        let source = contiguous()
        let (gradients, losses) = (source.detached() * 1, Tensor(like: self, shape: Shape(shape[0])))
        fledge_cross_entropy_run(
            engine.kernels, engine.pool, gradients.floats, shape[0], shape[1], labels.map { Int64($0) }, factor,
            losses.floats, smoothing)
        let loss = Tensor([Float(losses.scalars.reduce(0.0) { $0 + Double($1) } * Double(factor))])
        return loss.recorded(from: [source]) { gradient in
            let upstream = gradient.value.floats[0]
            source.node?.add(upstream == 1 ? gradients : gradients * upstream, isOwned: true)
        }
    }
}
