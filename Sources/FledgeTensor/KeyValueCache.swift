package import CFledgeKernels

/// Keys and values of one attention layer, in the layout that attention multiplies with (drawn in CFledgeKernels.h).
///
/// A value: a copy is independent of the original, made when one of them is next written to.
public struct KeyValueCache: Sendable {
    public let slots: Int
    public let heads: Int
    public let headWidth: Int
    /// Positions a slot holds; a multiple of 32.
    public private(set) var capacity: Int
    private let type: fledge_type
    // From one slot to the next; the two differ unless the width is a multiple of 32.
    private var keySlotBytes: Int { heads * fledge_packed_bytes(type, capacity, headWidth) }
    private var valueSlotBytes: Int { heads * fledge_packed_bytes(type, headWidth, capacity) }
    private var keys: Storage
    private var values: Storage

    /// Room for `capacity` positions in each of `slots` sequences. What was not written is never read.
    public init(
        slots: Int, heads: Int, headWidth: Int, capacity: Int, beside weights: WeightType, engine: Engine = .shared
    ) {
        self.slots = slots
        self.heads = heads
        self.headWidth = headWidth
        let panel = Int(FLEDGE_PANEL)
        self.capacity = max(1, (capacity + panel - 1) / panel) * panel
        type = weights.cacheType
        keys = Storage(
            uninitialized: slots * heads * fledge_packed_bytes(type, self.capacity, headWidth), engine: engine)
        values = Storage(
            uninitialized: slots * heads * fledge_packed_bytes(type, headWidth, self.capacity), engine: engine)
    }

    /// Makes room for more positions. O(bytes); growing by doubling costs a constant per position in the end.
    public mutating func grow(to newCapacity: Int, engine: Engine = .shared) {
        guard newCapacity > capacity else { return }
        let old = self
        let panel = Int(FLEDGE_PANEL)
        capacity = (newCapacity + panel - 1) / panel * panel
        keys = Storage(uninitialized: slots * keySlotBytes, engine: engine)
        values = Storage(uninitialized: slots * valueSlotBytes, engine: engine)
        // Keys of a head: panels of positions, so old ones stay together at the front. Values of a head: one stretch of
        // positions for every 32 channels.
        let stretches = (headWidth + panel - 1) / panel
        for head in 0..<slots * heads {
            let (from, to) = (old.keySlotBytes / heads, keySlotBytes / heads)
            (keys.pointer + head * to).copyMemory(from: old.keys.pointer + head * from, byteCount: from)
            for stretch in head * stretches..<(head + 1) * stretches {
                let (from, to) = (old.valueSlotBytes / heads / stretches, valueSlotBytes / heads / stretches)
                (values.pointer + stretch * to).copyMemory(from: old.values.pointer + stretch * from, byteCount: from)
            }
        }
    }

    package var descriptor: fledge_cache {
        fledge_cache(
            type: type, heads: heads, head_width: headWidth, capacity: capacity, keys: keys.pointer,
            values: values.pointer)
    }

    public var byteCount: Int { slots * (keySlotBytes + valueSlotBytes) }

    /// Writes rows of keys and values of one sequence: `keys` and `values` are `[rows, heads · headWidth]`, possibly
    /// slices of something wider with equal strides, and `rows` says which of their rows go to `position` and after.
    ///
    /// - Precondition: the slot and the positions exist.
    public mutating func write(
        slot: Int, position: Int, keys newKeys: Tensor, values newValues: Tensor, rows: Range<Int>
    ) {
        precondition(
            slot >= 0 && slot < slots && position >= 0 && position + rows.count <= capacity
                && newKeys.strides[1] == 1 && newKeys.strides[0] == newValues.strides[0],
            "rows \(rows) at position \(position) of slot \(slot) in a cache of \(slots) × \(capacity)")
        if !isKnownUniquelyReferenced(&keys) { keys = KeyValueCache.copy(keys) }
        if !isKnownUniquelyReferenced(&values) { values = KeyValueCache.copy(values) }
        let stride = newKeys.strides[0]
        withUnsafePointer(to: descriptor) {
            fledge_cache_write(
                newKeys.engine.kernels, newKeys.engine.pool, $0, slot, position, rows.count,
                newKeys.floats + rows.lowerBound * stride,
                newValues.floats + rows.lowerBound * stride, stride)
        }
        withExtendedLifetime((newKeys, newValues)) {}
    }

    /// Writes the rows of all sequences from position 0, one sequence after the other; `sequences` are their counts.
    public mutating func write(sequences: [Int], keys newKeys: Tensor, values newValues: Tensor) {
        var row = 0
        for (slot, count) in sequences.enumerated() {
            write(slot: slot, position: 0, keys: newKeys, values: newValues, rows: row..<row + count)
            row += count
        }
    }

    private static func copy(_ storage: Storage) -> Storage {
        let copy = Storage(byteCount: storage.byteCount)
        copy.pointer.copyMemory(from: storage.pointer, byteCount: storage.byteCount)
        return copy
    }

    /// Puts the sequence of slot `sources[i]` into slot `i`, for beam search. O(bytes of a slot) for each that moves.
    ///
    /// - Precondition: one source a slot, each an existing slot.
    public mutating func reorder(_ sources: [Int]) {
        precondition(sources.count == slots && sources.allSatisfy { $0 >= 0 && $0 < slots }, "slots \(sources)")
        if sources.elementsEqual(0..<slots) { return }
        keys = KeyValueCache.reordered(keys, sources, slotBytes: keySlotBytes)
        values = KeyValueCache.reordered(values, sources, slotBytes: valueSlotBytes)
    }

    private static func reordered(_ old: Storage, _ sources: [Int], slotBytes: Int) -> Storage {
        let new = Storage(byteCount: old.byteCount)
        for (slot, source) in sources.enumerated() {
            (new.pointer + slot * slotBytes).copyMemory(from: old.pointer + source * slotBytes, byteCount: slotBytes)
        }
        return new
    }
}

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
                s.slot < cache.slots && s.key_count <= cache.capacity && s.query_offset + s.query_count <= shape[0]
                    && (!causal || s.key_count >= s.query_count) && (bias.map { $0.span >= s.key_count } ?? true),
                "attention span \(s) outside its queries, cache or bias")
        }
        let result = Tensor(like: self, shape: Shape(shape[0], heads * cache.headWidth))
        var job = fledge_attention()
        job.sequence_count = spans.count
        job.query_heads = heads
        job.query = UnsafePointer(floats)
        job.query_stride = strides[0]
        job.cache = cache.descriptor
        job.scale = scale
        job.causal = causal
        job.distance_bias = bias.map { UnsafePointer($0.table.floats) }
        job.distance_span = bias?.span ?? 0
        job.out = result.floats
        job.out_stride = heads * cache.headWidth
        let done = spans.withUnsafeBytes { bytes in
            job.sequences = bytes.baseAddress?.assumingMemoryBound(to: fledge_attention_sequence.self)
            return fledge_attention_run(engine.kernels, engine.pool, &job)
        }
        precondition(done, "out of memory for attention scores")
        withExtendedLifetime((self, cache, bias)) {}
        return result
    }
}
