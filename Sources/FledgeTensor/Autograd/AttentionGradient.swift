extension DifferentiableAttention {
    /// Self-attention on a fused projection `[rows, (heads + 2 · keyHeads) · headWidth]` of queries, keys and values:
    /// `[rows, heads · headWidth]`.
    package func callAsFunction(fused: Tensor) -> Tensor {
        let saved = fused.contiguous().detached()
        let source = parts(of: saved)
        let output = forward(query: source.query, key: source.key, value: source.value)
        return output.values.recorded(from: [fused, bias?.table]) { gradient in
            let result = detached.backward(
                fused: saved, output: output, gradient: gradient.value.contiguous(),
                wantsBias: bias?.table.requiresGradient ?? false)
            fused.node?.add(result.fused, isOwned: true)
            if let table = result.bias { bias?.table.node?.add(table, isOwned: true) }
        }
    }

    /// Attention of rows `[rows, heads · headWidth]` to others, of which keys and values lie one beside the other,
    /// `[rows, 2 · keyHeads · headWidth]`.
    package func callAsFunction(query: Tensor, keysAndValues: Tensor) -> Tensor {
        let (queries, others) = (query.contiguous().detached(), keysAndValues.contiguous().detached())
        let width = keyHeads * headWidth
        let (keys, values) = (others.sliced(1, 0..<width), others.sliced(1, width..<2 * width))
        let output = forward(query: queries, key: keys, value: values)
        return output.values.recorded(from: [query, keysAndValues, bias?.table]) { gradient in
            let result = detached.backward(
                query: queries, key: keys, value: values, output: output, gradient: gradient.value.contiguous(),
                wantsBias: bias?.table.requiresGradient ?? false)
            query.node?.add(result.query, isOwned: true)
            if keysAndValues.requiresGradient {
                let both = Tensor(like: others, shape: others.shape)
                both.sliced(1, 0..<width).write(result.key)
                both.sliced(1, width..<2 * width).write(result.value)
                keysAndValues.node?.add(both, isOwned: true)
            }
            if let table = result.bias { bias?.table.node?.add(table, isOwned: true) }
        }
    }

    private var detached: DifferentiableAttention {
        var result = self
        result.bias = bias.map { DistanceBias(table: $0.table.detached(), span: $0.span) }
        return result
    }
}
