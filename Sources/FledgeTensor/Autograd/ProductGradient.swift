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
        let type: fledge_type = weight.type == .bfloat16 ? FLEDGE_BFLOAT16 : FLEDGE_FLOAT32
        let depth = weight.depth
        let inputs = fledge_matrix(data: input.floats, rows: dy.rows, columns: depth, stride: depth)
        var column = 0
        for source in weight.sources {
            let outputs = source.shape[0]
            var part = dy
            part.data += column
            part.columns = outputs
            column += outputs
            guard let node = source.node else { continue }
            // A matrix that lies across gets its gradient as it lies.
            let target = node.transposed ?? node
            let (a, b) = node.transposed == nil ? (part, inputs) : (inputs, part)
            let shape = Shape(a.columns, b.columns)
            let (sums, isNew) = target.buffer(shape: shape, like: input, zeroed: false)
            let operations = 2 * Double(a.rows) * Double(a.columns) * Double(b.columns)
            let done = x.engine.times.measure(.weightGradient, operations: operations) {
                withUnsafePointer(to: a) { a in
                    withUnsafePointer(to: b) { b in
                        fledge_outer_run(
                            x.engine.kernels, x.engine.pool, a, b, type, scale, !isNew, sums.floats, b.pointee.columns)
                    }
                }
            }
            precondition(done, "out of memory for the gradient of a weight")
            withExtendedLifetime(sums) {}
        }
    }

    /// scale · dy W
    private func input(_ dy: Tensor) -> Tensor {
        let (engine, dy) = (x.engine, dy.detached())
        let transposed = engine.times.measure(.packing) { weight.transposed(engine: engine) }
        return engine.times.measure(.inputGradient) { dy.product(transposed, scale: scale) }.reshaped(x.shape)
    }
}
