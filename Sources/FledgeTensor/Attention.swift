package import CFledgeKernels

/// One stretch of query rows against one slot of a cache.
public struct AttentionSpan: Sendable {
    package var sequence: fledge_attention_sequence

    /// `queryCount` rows of the query tensor from row `queryOffset`, against the first `keyCount` positions of `slot`.
    public init(queryOffset: Int, queryCount: Int, slot: Int, keyCount: Int) {
        sequence = fledge_attention_sequence(
            query_offset: queryOffset, query_count: queryCount, slot: slot, key_count: keyCount)
    }

    /// The span with `count` query rows where there was one, as when the heads of a row become rows.
    package func repeated(_ count: Int) -> AttentionSpan {
        AttentionSpan(
            queryOffset: queryOffset * count, queryCount: queryCount * count, slot: slot, keyCount: keyCount)
    }

    public var queryOffset: Int { sequence.query_offset }
    public var queryCount: Int { sequence.query_count }
    public var slot: Int { sequence.slot }
    public var keyCount: Int { sequence.key_count }
}

/// A bias that depends on how far a key is from the query: T5's relative positions, ALiBi.
public struct DistanceBias: Sendable {
    /// `[heads, 2 · span − 1]`; entry span − 1 + (key position − query position).
    public let table: Tensor
    /// Distances from −(span − 1) to span − 1 are covered.
    public let span: Int

    public init(table: Tensor, span: Int) {
        precondition(table.rank == 2 && table.shape[1] == 2 * span - 1, "distance table \(table.shape), span \(span)")
        self.table = table.contiguous()
        self.span = span
    }
}

extension Tensor {
    /// softmax(scale · q kᵀ + bias) v for every span and head, the score matrix never stored.
    ///
    /// The tensor is the queries, `[rows, heads · headWidth]`, possibly a slice of something wider. `heads` is a
    /// multiple of the cache's (grouped-query attention). With `causal`, query `i` of `n` sees keys up to
    /// `keyCount − n + i`. The result is `[rows, heads · headWidth]`.
    public func attention(
        over cache: KeyValueCache, spans: [AttentionSpan], heads: Int, scale: Float, causal: Bool,
        bias: DistanceBias? = nil
    ) -> Tensor {
        precondition(
            rank == 2 && shape[1] == heads * cache.headWidth && strides[1] == 1 && heads % cache.heads == 0,
            "queries \(shape) for \(heads) heads of width \(cache.headWidth)")
        for span in spans {
            let s = span.sequence
            precondition(
                s.slot < cache.slots && s.key_count <= cache.capacity(ofSlot: s.slot)
                    && s.query_offset + s.query_count <= shape[0]
                    && (!causal || s.key_count >= s.query_count) && (bias.map { $0.span >= s.key_count } ?? true),
                "attention span \(s) outside its queries, cache or bias")
        }
        let result = Tensor(like: self, shape: Shape(shape[0], heads * cache.headWidth))
        var job = fledge_attention()
        job.sequence_count = spans.count
        job.query_heads = heads
        job.query = UnsafePointer(floats)
        job.query_stride = strides[0]
        job.scale = scale
        job.causal = causal
        job.distance_bias = bias.map { UnsafePointer($0.table.floats) }
        job.distance_span = bias?.span ?? 0
        job.out = result.floats
        job.out_stride = heads * cache.headWidth
        let done = cache.withDescriptor { descriptor in
            spans.withUnsafeBytes { bytes in
                job.cache = descriptor
                job.sequences = bytes.baseAddress?.assumingMemoryBound(to: fledge_attention_sequence.self)
                return fledge_attention_run(engine.kernels, engine.pool, &job)
            }
        }
        precondition(done, "out of memory for attention scores")
        withExtendedLifetime((self, cache, bias)) {}
        return result
    }
}
