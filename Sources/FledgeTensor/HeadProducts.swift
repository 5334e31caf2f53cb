import CFledgeKernels

extension Tensor {
    /// Products with one head's columns of a weight at a time, which let attention work on what keys and values are
    /// made from instead of on keys and values: q · (W h) = (Wᵀ q) · h.
    ///
    /// From `[rows, heads · headWidth]` to `[rows · heads, depth]`: Σ over a head's columns of x · weight. The heads'
    /// `columns` of the weight begin at a multiple of 32.
    ///
    /// - Precondition: the head's width is a multiple of 32.
    package func projectedBack(_ weight: PackedWeight, columns: Range<Int>, heads: Int) -> Tensor {
        let result = Tensor(like: self, shape: Shape(shape[0] * heads, weight.depth))
        var job = headJob(weight, columns, heads, rows: shape[0], result)
        precondition(shape[1] == columns.count, "\(shape) for \(columns.count) columns")
        fledge_heads_back(engine.kernels, engine.pool, &job)
        withExtendedLifetime((self, weight)) {}
        return result
    }

    /// From `[rows · heads, depth]` to `[rows, heads · headWidth]`: each head's own product with its columns.
    package func projectedByHead(_ weight: PackedWeight, columns: Range<Int>, heads: Int) -> Tensor {
        let rows = shape[0] / heads
        let result = Tensor(like: self, shape: Shape(rows, columns.count))
        var job = headJob(weight, columns, heads, rows: rows, result)
        precondition(shape[1] == weight.depth, "\(shape) for a weight of depth \(weight.depth)")
        precondition(fledge_heads_forward(engine.kernels, engine.pool, &job), "out of memory for packed activations")
        withExtendedLifetime((self, weight)) {}
        return result
    }

    private func headJob(
        _ weight: PackedWeight, _ columns: Range<Int>, _ heads: Int, rows: Int, _ result: Tensor
    ) -> fledge_heads {
        let width = columns.count / heads
        precondition(
            isContiguous && columns.lowerBound % 32 == 0 && width % 32 == 0 && columns.upperBound <= weight.columns,
            "columns \(columns) of \(weight.columns) for \(heads) heads")
        return fledge_heads(
            weight: weight.packed, first_column: columns.lowerBound, heads: heads, head_width: width, rows: rows,
            x: floats, out: result.floats)
    }
}
