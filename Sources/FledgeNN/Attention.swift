public import FledgeTensor

/// What one pass through a stack of layers needs to know besides the rows themselves.
public struct AttentionStep: Sendable {
    /// The rows' sequences.
    public var spans: [AttentionSpan]
    /// Where the rows' keys and values go.
    public var runs: [CacheRun]
    /// Whether a row sees only what is not after it.
    public var isCausal: Bool
    public var bias: DistanceBias?
    public var rotation: Rotation?
    /// Who keeps whom the rows attend to; nil for nobody.
    public var recorder: AttentionRecorder?

    public init(
        spans: [AttentionSpan], isCausal: Bool, bias: DistanceBias? = nil, rotation: Rotation? = nil
    ) {
        self.spans = spans
        runs = spans.map { CacheRun(of: $0) }
        self.isCausal = isCausal
        self.bias = bias
        self.rotation = rotation
    }
}

/// Multi-head attention of rows to their own sequence (Vaswani et al. 2017, section 3.2); with fewer key–value heads than
/// query heads, grouped-query attention (Ainslie et al. 2023).
public struct SelfAttention: Sendable {
    /// Queries, keys and values, one beside the other.
    public let queryKeyValue: Linear
    public let output: Linear
    public let heads: Int
    public let keyValueHeads: Int
    public let headWidth: Int
    /// Multiplies the scores.
    public let scale: Float

    public init(
        queryKeyValue: Linear, output: Linear, heads: Int, keyValueHeads: Int? = nil, headWidth: Int, scale: Float
    ) {
        self.queryKeyValue = queryKeyValue
        self.output = output
        self.heads = heads
        self.keyValueHeads = keyValueHeads ?? heads
        self.headWidth = headWidth
        self.scale = scale
    }

    /// residual + O(attention(norm(hidden))); the rows' keys and values are put into the cache first.
    public func callAsFunction(
        _ hidden: Tensor, norm: Norm?, cache: inout KeyValueCache, step: AttentionStep, residual: Tensor
    ) -> Tensor {
        let (queries, keys) = (heads * headWidth, keyValueHeads * headWidth)
        let projected = queryKeyValue(hidden, norm: norm)
        if queryKeyValue.isDifferentiable {
            return output(attended(projected, step), residual: residual, drops: true)
        }
        if let rotation = step.rotation {
            projected.rotateHeads(
                columns: 0..<queries + keys, headWidth: headWidth, cosines: rotation.cosines, sines: rotation.sines)
        }
        step.recorder?.record(self, projected: projected, step: step)
        cache.write(
            step.runs, keys: projected.sliced(1, queries..<queries + keys),
            values: projected.sliced(1, queries + keys..<queries + 2 * keys))
        let context = projected.sliced(1, 0..<queries).attention(
            over: cache, spans: step.spans, heads: heads, scale: scale, causal: step.isCausal, bias: step.bias)
        return output(context, residual: residual)
    }

    /// The same as training computes it, without a cache.
    private func attended(_ projected: Tensor, _ step: AttentionStep) -> Tensor {
        let (queries, keys) = (heads * headWidth, keyValueHeads * headWidth)
        var projected = projected
        if let rotation = step.rotation {
            projected = projected.rotatedHeads(
                columns: 0..<queries + keys, headWidth: headWidth, cosines: rotation.cosines, sines: rotation.sines)
        }
        var attention = DifferentiableAttention(
            pairs: step.spans.map { .init($0.queryOffset..<$0.queryOffset + $0.queryCount) }, heads: heads,
            keyHeads: keyValueHeads, headWidth: headWidth, scale: scale)
        attention.isCausal = step.isCausal
        attention.bias = step.bias
        attention.set(queryKeyValue, dropout: output.dropout)
        return attention(fused: projected)
    }

    /// An empty cache for this layer.
    public func makeCache(slots: Int, beside type: WeightType, engine: Engine) -> KeyValueCache {
        KeyValueCache(slots: slots, heads: keyValueHeads, headWidth: headWidth, beside: type, engine: engine)
    }

    var weightByteCount: Int { queryKeyValue.weight.byteCount + output.weight.byteCount }
}

/// Attention of a decoder's rows to the encoded prompt.
public struct CrossAttention: Sendable {
    public let query: Linear
    /// Keys and values of the encoded prompt, one beside the other.
    public let keyValue: Linear
    public let output: Linear
    public let heads: Int
    public let headWidth: Int
    public let scale: Float

    public init(query: Linear, keyValue: Linear, output: Linear, heads: Int, headWidth: Int, scale: Float) {
        self.query = query
        self.keyValue = keyValue
        self.output = output
        self.heads = heads
        self.headWidth = headWidth
        self.scale = scale
    }

    /// Whether a head's columns are whole panels and the matrices are all there is, which attending to hidden states needs.
    public var canAttendToHiddenStates: Bool { headWidth % 32 == 0 && keyValue.adapters.isEmpty }

    private var width: Int { heads * headWidth }

    /// The keys and values of encoded prompts, `[positions, heads · headWidth]` each.
    func keysAndValues(_ encoded: Tensor) -> (keys: Tensor, values: Tensor) {
        let both = keyValue(encoded)
        return (both.sliced(1, 0..<width), both.sliced(1, width..<2 * width))
    }

    /// residual + O(attention(norm(hidden))) over the encoded prompts.
    public func callAsFunction(_ hidden: Tensor, norm: Norm?, state: DecoderState, layer: Int, residual: Tensor)
        -> Tensor
    {
        let query = query(hidden, norm: norm)
        state.step.recorder?.record(self, queries: query)
        if keyValue.isDifferentiable, let pending = state.pendingCrossAttention {
            var row = 0
            let pairs = state.crossSpans.map { span in
                defer { row += span.keyCount }
                return DifferentiableAttention.Pair(
                    queries: span.queryOffset..<span.queryOffset + span.queryCount, keys: row..<row + span.keyCount)
            }
            var attention = DifferentiableAttention(
                pairs: pairs, heads: heads, keyHeads: heads, headWidth: headWidth, scale: scale)
            attention.set(keyValue, dropout: output.dropout)
            return output(
                attention(query: query, keysAndValues: keyValue(pending.hidden)), residual: residual, drops: true)
        }
        guard let pending = state.pendingCrossAttention else {
            let context = query.attention(
                over: state.crossCaches[layer], spans: state.crossSpans, heads: heads, scale: scale, causal: false)
            return output(context, residual: residual)
        }
        // q · (K h) = (Kᵀ q) · h and Σ p (V h) = V (Σ p h): all heads of a row are queries of one wide head. A bias of
        // the keys moves all scores of a row alike, and one of the values goes through, the p being one in sum.
        let spans = state.crossSpans.map { $0.repeated(heads) }
        let weight = keyValue.weight
        var context = query.projectedBack(weight, columns: 0..<width, heads: heads)
            .attention(over: pending.cache, spans: spans, heads: 1, scale: scale, causal: false)
            .projectedByHead(weight, columns: width..<2 * width, heads: heads)
        if let bias = keyValue.bias { context = context + bias.sliced(0, width..<2 * width) }
        return output(context, residual: residual)
    }

    var weightByteCount: Int { query.weight.byteCount + output.weight.byteCount }
}

extension DifferentiableAttention {
    /// The type that the projection is computed in, and what is left out of the probabilities.
    fileprivate mutating func set(_ projection: Linear, dropout: Dropout?) {
        type = projection.weight.type == .bfloat16 ? .bfloat16 : .float32
        guard let dropout = dropout?.stream(1) else { return }
        self.dropout = dropout.probability
        seed = dropout.seed
    }
}
