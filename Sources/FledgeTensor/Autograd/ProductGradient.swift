import CFledgeKernels

/// The gradient of scale · norm(x) Wᵀ + bias + residual.
struct ProductGradient {
    let x: Tensor
    let weight: PackedWeight
    let norm: Norm?
    let bias: Tensor?
    let scale: Float
    let residual: Tensor?

    func propagate(_ gradient: GradientNode.Gradient) {
        let dy = gradient.value.contiguous()
        let (rows, outputs) = (dy.elementCount / max(1, weight.columns), weight.columns)
        let matrix = fledge_matrix(data: dy.floats, rows: rows, columns: outputs, stride: outputs)
        if let node = bias?.node { addBias(node, matrix, like: dy) }
        if weight.sources.contains(where: \.requiresGradient) {
            let input = norm.map { $0.detached()(x.detached()) } ?? x.detached()
            addWeights(input, matrix)
            withExtendedLifetime(input) {}
        }
        let back = x.node != nil || norm?.weight.node != nil ? input(dy) : nil
        // From here on whoever gets this gradient may write to it.
        residual?.node?.add(dy.reshaped(residual?.shape ?? dy.shape), isOwned: gradient.isOwned)
        withExtendedLifetime(dy) {}
        guard let back else { return }
        guard let norm else {
            x.node?.add(back, isOwned: true)
            return
        }
        if let dx = norm.backward(x.detached(), back, into: x.node?.gradient) { x.node?.add(dx, isOwned: true) }
    }

    private func addBias(_ node: GradientNode, _ dy: fledge_matrix, like other: Tensor) {
        let sums = node.buffer(shape: Shape(weight.columns), like: other, zeroed: true).tensor
        var matrix = dy
        let done = x.engine.times.measure(.sums) {
            fledge_add_columns(x.engine.kernels, x.engine.pool, &matrix, sums.floats)
        }
        precondition(done, "out of memory for the gradient of a bias")
        withExtendedLifetime(sums) {}
    }

    /// dW = scale · dyᵀ x, for each of the matrices that share the input.
    private func addWeights(_ input: Tensor, _ dy: fledge_matrix) {
        let inputs = fledge_matrix(data: input.floats, rows: dy.rows, columns: weight.depth, stride: weight.depth)
        let nodes = weight.sources.compactMap(\.node)
        if nodes.count > 1, nodes.count == weight.sources.count,
            nodes.allSatisfy({ $0.transposed == nil && $0.gradient == nil })
        {
            // The first gradients of matrices that lie one below the other are made together.
            let all = Tensor(like: input, shape: Shape(weight.columns, weight.depth))
            addProduct(dy, inputs, to: all, isNew: true)
            var row = 0
            for (source, node) in zip(weight.sources, nodes) {
                node.add(all.sliced(0, row..<row + source.shape[0]), isOwned: true)
                row += source.shape[0]
            }
            return
        }
        var column = 0
        for source in weight.sources {
            var part = dy
            part.data += column
            part.columns = source.shape[0]
            column += part.columns
            guard let node = source.node else { continue }
            // A matrix that lies across gets its gradient as it lies.
            let target = node.transposed ?? node
            let (a, b) = node.transposed == nil ? (part, inputs) : (inputs, part)
            let (sums, isNew) = target.buffer(shape: Shape(a.columns, b.columns), like: input, zeroed: false)
            addProduct(a, b, to: sums, isNew: isNew)
        }
    }

    /// sums = scale · aᵀ b, or added to what is there.
    private func addProduct(_ a: fledge_matrix, _ b: fledge_matrix, to sums: Tensor, isNew: Bool) {
        let type: fledge_type = weight.type == .bfloat16 ? FLEDGE_BFLOAT16 : FLEDGE_FLOAT32
        let operations = 2 * Double(a.rows) * Double(a.columns) * Double(b.columns)
        let engine = x.engine
        let done = engine.times.measure(.weightGradient, operations: operations) {
            withUnsafePointer(to: a) { a in
                withUnsafePointer(to: b) { b in
                    fledge_outer_run(
                        engine.kernels, engine.pool, a, b, type, scale, !isNew, sums.floats, b.pointee.columns)
                }
            }
        }
        precondition(done, "out of memory for the gradient of a weight")
        withExtendedLifetime(sums) {}
    }

    /// scale · dy W
    private func input(_ dy: Tensor) -> Tensor {
        let (engine, dy) = (x.engine, dy.detached())
        let transposed = engine.times.measure(.packing) { weight.transposed(engine: engine) }
        return engine.times.measure(.inputGradient) { dy.product(transposed, scale: scale) }.reshaped(x.shape)
    }
}
