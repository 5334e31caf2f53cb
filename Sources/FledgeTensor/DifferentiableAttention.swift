import CFledgeKernels

/// Attention for training: a whole batch's attention on rows of a projection, and its gradients.
///
/// Queries, keys and values are matrices whose rows may lie apart (slices of one fused projection); sequences of a batch
/// lie one after the other, without padding. Head `h` is columns `h · headWidth…`; query heads share key–value heads in
/// groups (grouped-query attention). The score matrix is never stored: the backward pass computes probabilities again
/// from the logarithms of their sums (Dao et al. 2022, FlashAttention).
package struct DifferentiableAttention: Sendable {
    /// A stretch of query rows against a stretch of key and value rows.
    package struct Pair: Sendable, Equatable {
        package let queries: Range<Int>
        package let keys: Range<Int>

        package init(queries: Range<Int>, keys: Range<Int>) {
            self.queries = queries
            self.keys = keys
        }

        /// A sequence that attends to itself.
        package init(_ rows: Range<Int>) { self.init(queries: rows, keys: rows) }
    }

    /// What the forward pass gives, kept for the backward pass.
    package struct Output: Sendable {
        /// `[query rows, heads · headWidth]`.
        package let values: Tensor
        /// `[query rows, heads]`: the logarithm of the sum of e^score, −∞ for a query that sees no key.
        package let logSums: Tensor
    }

    /// Gradients in the shapes of what they belong to.
    package struct Gradients: Sendable {
        package let query: Tensor
        package let key: Tensor
        package let value: Tensor
        /// `[heads, 2 · span − 1]`, where a bias was given and its gradient asked for.
        package let bias: Tensor?
    }

    package var pairs: [Pair]
    package var heads: Int
    /// Divides `heads`.
    package var keyHeads: Int
    package var headWidth: Int
    package var scale: Float
    /// Query `i` of `n` sees keys up to `keys.count − n + i`; one that sees none gives zeros.
    package var isCausal = false
    /// Query `i` of `n` stands at key position `keys.count − n + i`; the span is at least the longest stretch.
    package var bias: DistanceBias?
    /// Operands of products: float32 or bfloat16. Sums are float32.
    package var type = WeightType.float32
    /// The probability, at least 0 and below 1, that an attention probability is dropped. Which ones depends on `seed`
    /// and their place in the batch alone.
    package var dropout: Float = 0
    package var seed: UInt64 = 0

    package init(pairs: [Pair], heads: Int, keyHeads: Int, headWidth: Int, scale: Float) {
        self.pairs = pairs
        self.heads = heads
        self.keyHeads = keyHeads
        self.headWidth = headWidth
        self.scale = scale
    }

    /// dropout(softmax(scale · q kᵀ + bias)) v of every pair and head; zeros in rows of no pair.
    ///
    /// - Parameters:
    ///   - query: `[query rows, heads · headWidth]`.
    ///   - key: `[key rows, keyHeads · headWidth]`.
    ///   - value: like `key`.
    /// - Returns: the result, and what the backward pass needs of it.
    package func forward(query: Tensor, key: Tensor, value: Tensor) -> Output {
        let rows = query.shape[0]
        var values = Tensor(like: query, shape: Shape(rows, heads * headWidth))
        var logSums = Tensor(like: query, shape: Shape(rows, heads))
        if !covers(rows, \.queries) {
            values.withMutableFloats { $0.update(repeating: 0) }
            logSums.withMutableFloats { $0.update(repeating: -.infinity) }
        }
        let output = Output(values: values, logSums: logSums)
        let done = withDescription(query, key, value, output) { description in
            query.engine.times.measure(.attention, operations: operations) {
                fledge_attention_forward(query.engine.kernels, query.engine.pool, &description)
            }
        }
        precondition(done, "out of memory for attention's blocks")
        return output
    }

    /// The gradients of a sum whose gradient by `output.values` is `gradient`; zeros in rows of no pair.
    ///
    /// - Parameters:
    ///   - query: what the forward pass was given.
    ///   - key: likewise.
    ///   - value: likewise.
    ///   - output: what it gave.
    ///   - gradient: `[query rows, heads · headWidth]`.
    ///   - wantsBias: whether the gradient of the bias is wanted too.
    /// - Returns: the gradients of the three, and of the bias.
    package func backward(
        query: Tensor, key: Tensor, value: Tensor, output: Output, gradient: Tensor, wantsBias: Bool = true
    ) -> Gradients {
        func zeros(_ other: Tensor, _ rows: KeyPath<Pair, Range<Int>>) -> Tensor {
            var result = Tensor(like: query, shape: other.shape)
            if !covers(other.shape[0], rows) { result.withMutableFloats { $0.update(repeating: 0) } }
            return result
        }
        let result = Gradients(
            query: zeros(query, \.queries), key: zeros(key, \.keys), value: zeros(value, \.keys),
            bias: wantsBias ? bias.map { Tensor(zeros: $0.table.shape) } : nil)
        write(result, query: query, key: key, value: value, output: output, gradient: gradient)
        return result
    }

    /// The gradient of a fused projection `[rows, (heads + 2 · keyHeads) · headWidth]` of queries, keys and values, and
    /// that of the bias.
    package func backward(
        fused: Tensor, output: Output, gradient: Tensor, wantsBias: Bool = true
    ) -> (fused: Tensor, bias: Tensor?) {
        var result = Tensor(like: fused, shape: fused.shape)
        let rows = fused.shape[0]
        if !covers(rows, \.queries) || !covers(rows, \.keys) { result.withMutableFloats { $0.update(repeating: 0) } }
        let (source, target) = (parts(of: fused), parts(of: result))
        let gradients = Gradients(
            query: target.query, key: target.key, value: target.value,
            bias: wantsBias ? bias.map { Tensor(zeros: $0.table.shape) } : nil)
        write(
            gradients, query: source.query, key: source.key, value: source.value, output: output, gradient: gradient)
        return (result, gradients.bias)
    }

    /// Queries, keys and values of a fused projection, as slices.
    package func parts(of fused: Tensor) -> (query: Tensor, key: Tensor, value: Tensor) {
        let (queries, keys) = (heads * headWidth, keyHeads * headWidth)
        precondition(fused.rank == 2 && fused.shape[1] == queries + 2 * keys, "a fused projection of \(fused.shape)")
        return (
            fused.sliced(1, 0..<queries), fused.sliced(1, queries..<queries + keys),
            fused.sliced(1, queries + keys..<queries + 2 * keys)
        )
    }

    /// Multiplications and additions of the forward pass; the backward pass has five products for its two.
    private var operations: Double {
        let scores = pairs.reduce(0) { $0 + Double($1.queries.count) * Double($1.keys.count) }
        return (isCausal ? 2 : 4) * scores * Double(heads * headWidth)
    }

    private func write(
        _ gradients: Gradients, query: Tensor, key: Tensor, value: Tensor, output: Output, gradient: Tensor
    ) {
        check(gradient, rows: query.shape[0], heads: heads, "gradient")
        var targets = fledge_attention_gradients()
        targets.out = UnsafePointer(gradient.floats)
        targets.out_stride = gradient.strides[0]
        targets.query = gradients.query.floats
        targets.query_stride = gradients.query.strides[0]
        targets.key = gradients.key.floats
        targets.key_stride = gradients.key.strides[0]
        targets.value = gradients.value.floats
        targets.value_stride = gradients.value.strides[0]
        targets.distance_bias = gradients.bias?.floats
        let done = withDescription(query, key, value, output) { description in
            query.engine.times.measure(.attentionGradient, operations: 2.5 * operations) {
                fledge_attention_backward(query.engine.kernels, query.engine.pool, &description, &targets)
            }
        }
        precondition(done, "out of memory for attention's blocks")
        withExtendedLifetime((gradients, gradient)) {}
    }

    // MARK: Checks and the description for the kernels

    /// Whether every row belongs to a pair; pairs do not overlap.
    private func covers(_ rows: Int, _ range: KeyPath<Pair, Range<Int>>) -> Bool {
        pairs.reduce(0) { $0 + $1[keyPath: range].count } == rows
    }

    private func check(_ tensor: Tensor, rows: Int, heads: Int, _ name: String) {
        precondition(
            tensor.rank == 2 && tensor.shape[0] == rows && tensor.shape[1] == heads * headWidth
                && (tensor.strides[1] == 1 || tensor.shape[1] == 1),
            "\(name) \(tensor.shape) for \(rows) rows of \(heads) heads of width \(headWidth)")
    }

    private func check(_ ranges: [Range<Int>], below rows: Int) {
        var end = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            precondition(range.lowerBound >= end && range.upperBound <= rows, "rows \(range) overlap or exceed \(rows)")
            end = range.upperBound
        }
    }

    private func withDescription(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, _ output: Output,
        _ body: (inout fledge_differentiable_attention) -> Bool
    ) -> Bool {
        precondition(keyHeads > 0 && heads % keyHeads == 0 && headWidth > 0, "\(heads) heads for \(keyHeads) of keys")
        precondition(dropout >= 0 && dropout < 1, "a dropout of \(dropout)")
        precondition(type == .float32 || type == .bfloat16, "attention for training in \(type)")
        check(query, rows: query.shape[0], heads: heads, "query")
        check(key, rows: key.shape[0], heads: keyHeads, "key")
        check(value, rows: key.shape[0], heads: keyHeads, "value")
        check(output.values, rows: query.shape[0], heads: heads, "output")
        check(pairs.map(\.queries), below: query.shape[0])
        check(pairs.map(\.keys), below: key.shape[0])
        let longest = pairs.reduce(0) { max($0, $1.queries.count, $1.keys.count) }
        precondition(
            bias.map { $0.span >= longest && $0.table.shape[0] == heads } ?? true,
            "a bias of \(bias?.table.shape ?? Shape()) for \(heads) heads and stretches of \(longest)")
        var description = fledge_differentiable_attention()
        description.pair_count = pairs.count
        description.query_heads = heads
        description.key_heads = keyHeads
        description.head_width = headWidth
        description.query = UnsafePointer(query.floats)
        description.query_stride = query.strides[0]
        description.key = UnsafePointer(key.floats)
        description.key_stride = key.strides[0]
        description.value = UnsafePointer(value.floats)
        description.value_stride = value.strides[0]
        description.scale = scale
        description.causal = isCausal
        description.distance_bias = bias.map { UnsafePointer($0.table.floats) }
        description.distance_span = bias?.span ?? 0
        description.type = type.kernelType
        description.dropout = dropout
        description.seed = seed
        description.out = output.values.floats
        description.out_stride = output.values.strides[0]
        description.log_sums = output.logSums.floats
        let stretches = pairs.map {
            fledge_attention_pair(
                query_row: $0.queries.lowerBound, query_count: $0.queries.count, key_row: $0.keys.lowerBound,
                key_count: $0.keys.count)
        }
        let done = stretches.withUnsafeBufferPointer { buffer in
            description.pairs = buffer.baseAddress
            return body(&description)
        }
        withExtendedLifetime((query, key, value, output, bias)) {}
        return done
    }
}
