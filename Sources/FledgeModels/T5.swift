public import FledgeNN
public import FledgeTensor

/// The T5 encoder–decoder (Raffel et al. 2020): v1.0 with ReLU and tied embeddings, v1.1 and FLAN with a gated
/// activation and a head of its own.
///
/// Sequences of a batch lie one after the other without padding, so that no time goes into rows that nobody wants;
/// rows below are positions of all sequences together.
public struct T5: Seq2SeqLanguageModel {
    public let config: T5Config
    public let engine: Engine
    public let weightType: WeightType
    /// `[vocabulary, width]`, as it lies in the file: rows are converted as they are looked up.
    private let embedding: Tensor
    private let encoder: Stack
    private let decoder: Stack
    private let head: Linear
    private let headScale: Float

    /// One of the two halves.
    private struct Stack {
        let blocks: [Block]
        let finalNorm: InputNorm
        let relativeBias: RelativePositionBias
    }

    private struct Block {
        let selfAttention: SelfAttention
        let crossAttention: CrossAttention?
        let feedForward: FeedForward
    }

    private struct SelfAttention {
        let norm: InputNorm
        let queryKeyValue: Linear
        let output: Linear
    }

    private struct CrossAttention {
        let norm: InputNorm
        let query: Linear
        let keyValue: Linear
        let output: Linear
    }

    private struct FeedForward {
        let norm: InputNorm
        let input: Linear
        let activation: Activation
        let output: Linear
    }

    /// - Throws: ``SafetensorsError`` for an unreadable file, ``WeightError`` listing what does not fit.
    public init(checkpoint: Checkpoint, config: T5Config, type: WeightType, engine: Engine = .shared) throws {
        let loader = WeightLoader(checkpoint, type: type, engine: engine)
        let root = loader.root
        self.config = config
        self.engine = engine
        weightType = type
        // The stacks' embeddings are copies of the shared one; old files carry a cross-attention bias nobody uses.
        let copies = ["encoder.embed_tokens", "decoder.embed_tokens"]
        let shared = (["shared"] + copies + ["lm_head"]).first { (root / $0).contains("weight") } ?? "shared"
        embedding = try (root / shared).tensor("weight", shape: Shape(config.vocabSize, config.dModel))
        loader.ignore { name in
            copies.contains { name == $0 + ".weight" } || name == "shared.weight"
                || name.hasSuffix("EncDecAttention.relative_attention_bias.weight")
        }
        encoder = try T5.loadStack(root / "encoder", config, layers: config.numLayers, isDecoder: false)
        decoder = try T5.loadStack(root / "decoder", config, layers: config.numDecoderLayers, isDecoder: true)
        if root.contains("lm_head.weight") {
            head = try Linear(root, ["lm_head"], inputs: config.dModel, outputs: config.vocabSize)
        } else {
            head = Linear(weight: PackedWeight([embedding], type: type, engine: engine))
        }
        headScale = config.scaleDecoderOutputs ? 1 / Float(config.dModel).squareRoot() : 1
        try loader.finish()
    }

    private static func loadStack(
        _ scope: WeightScope, _ config: T5Config, layers: Int, isDecoder: Bool
    ) throws(SafetensorsError) -> Stack {
        var blocks: [Block] = []
        for index in 0..<layers { blocks.append(try loadBlock(scope / "block" / index / "layer", config, isDecoder)) }
        // Only the first block has the bias; the others use it too.
        let bias = try (scope / "block" / 0 / "layer" / 0 / "SelfAttention" / "relative_attention_bias").vector(
            "weight", shape: Shape(config.relativeAttentionNumBuckets, config.numHeads))
        return Stack(
            blocks: blocks, finalNorm: try loadNorm(scope / "final_layer_norm", config),
            relativeBias: RelativePositionBias(
                weight: bias, maximumDistance: config.relativeAttentionMaxDistance, isBidirectional: !isDecoder))
    }

    private static func loadNorm(_ scope: WeightScope, _ config: T5Config) throws(SafetensorsError) -> InputNorm {
        InputNorm(
            weight: try scope.vector("weight", shape: Shape(config.dModel)), epsilon: config.layerNormEpsilon)
    }

    private static func loadBlock(
        _ layer: WeightScope, _ config: T5Config, _ isDecoder: Bool
    ) throws(SafetensorsError) -> Block {
        let (width, inner) = (config.dModel, config.innerWidth)
        let attention = layer / 0 / "SelfAttention"
        let selfAttention = SelfAttention(
            norm: try loadNorm(layer / 0 / "layer_norm", config),
            queryKeyValue: try Linear(attention, ["q", "k", "v"], inputs: width, outputs: inner),
            output: try Linear(attention, ["o"], inputs: inner, outputs: width))
        var cross: CrossAttention?
        if isDecoder {
            let attention = layer / 1 / "EncDecAttention"
            cross = CrossAttention(
                norm: try loadNorm(layer / 1 / "layer_norm", config),
                query: try Linear(attention, ["q"], inputs: width, outputs: inner),
                keyValue: try Linear(attention, ["k", "v"], inputs: width, outputs: inner),
                output: try Linear(attention, ["o"], inputs: inner, outputs: width))
        }
        let last = layer / (isDecoder ? 2 : 1)
        let dense = last / "DenseReluDense"
        let names = config.isGated ? ["wi_0", "wi_1"] : ["wi"]
        let feedForward = FeedForward(
            norm: try loadNorm(last / "layer_norm", config),
            input: try Linear(dense, names, inputs: width, outputs: config.dFf, gated: config.isGated),
            activation: config.activation ?? .identity,
            output: try Linear(dense, ["wo"], inputs: config.dFf, outputs: width))
        return Block(selfAttention: selfAttention, crossAttention: cross, feedForward: feedForward)
    }

    // MARK: Forward

    public var vocabularySize: Int { config.vocabSize }
    public var decoderStartToken: Int { config.decoderStartTokenId }
    public var contextLength: Int? { config.nPositions }

    public var weightBytesPerToken: Int {
        decoder.blocks.reduce(head.weight.byteCount) { sum, block in
            let cross = block.crossAttention.map { $0.query.weight.byteCount + $0.output.weight.byteCount } ?? 0
            let own = block.selfAttention.queryKeyValue.weight.byteCount + block.selfAttention.output.weight.byteCount
            return sum + own + cross + block.feedForward.input.weight.byteCount
                + block.feedForward.output.weight.byteCount
        }
    }

    public func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int {
        let element = Double(weightType.cacheByteCount)
        let row = 2 * Double(config.innerWidth) * element * Double(decoder.blocks.count)
        return Int(exactly: (row * Double(sequences) * (Double(promptTokens) + Double(newTokens) + 64)).rounded())
            ?? .max
    }

    public func encode(_ prompts: [[Int]], workspace: Workspace, observe: LayerObserver?) -> Tensor {
        let rows = prompts.reduce(0) { $0 + $1.count }
        let longest = prompts.map(\.count).max() ?? 0
        var hidden = embedding.gatheredRows(prompts.joined().map { $0 }, in: workspace)
        observe?("encoder.embedding", hidden)
        guard rows > 0 else { return hidden }
        let bias = encoder.relativeBias.table(span: max(1, longest))
        var cache = KeyValueCache(
            slots: prompts.count, heads: config.numHeads, headWidth: config.dKv, capacity: longest, beside: weightType,
            engine: engine)
        var spans: [AttentionSpan] = []
        var offset = 0
        for (slot, prompt) in prompts.enumerated() {
            spans.append(
                AttentionSpan(queryOffset: offset, queryCount: prompt.count, slot: slot, keyCount: prompt.count))
            offset += prompt.count
        }
        for (index, block) in encoder.blocks.enumerated() {
            hidden = attend(
                hidden, block.selfAttention, cache: &cache, spans: spans, bias: bias, causal: false)
            hidden = feedForward(hidden, block.feedForward)
            observe?("encoder.\(index)", hidden)
        }
        let norm = encoder.finalNorm
        hidden = hidden.rmsNormalized(weight: norm.weight, epsilon: norm.epsilon)
        observe?("encoder.output", hidden)
        return hidden
    }

    public func makeState(prompts: [[Int]], capacity: Int, observe: LayerObserver?) -> DecoderState {
        let workspace = Workspace(engine: engine)
        let encoded = encode(prompts, workspace: workspace, observe: observe)
        let longest = prompts.map(\.count).max() ?? 0
        func caches(_ capacity: Int) -> [KeyValueCache] {
            decoder.blocks.map { _ in
                KeyValueCache(
                    slots: prompts.count, heads: config.numHeads, headWidth: config.dKv, capacity: capacity,
                    beside: weightType, engine: engine)
            }
        }
        var state = DecoderState(
            selfCaches: caches(capacity), crossCaches: caches(longest), encodedLengths: prompts.map(\.count),
            relativeBias: decoder.relativeBias, capacity: capacity, workspace: workspace)
        var cache = KeyValueCache(
            slots: prompts.count, heads: 1, headWidth: config.dModel, capacity: longest, beside: weightType,
            engine: engine)
        cache.write(sequences: state.encodedLengths, keys: encoded, values: encoded)
        state.pendingCrossAttention = PendingCrossAttention(hidden: encoded, cache: cache)
        return state
    }

    /// Whether a head's columns are whole panels, which attending to hidden states needs.
    private var canAttendToHiddenStates: Bool { config.dKv % 32 == 0 }

    /// Makes the keys and values of the encoded prompts, for all layers.
    private func fillCrossCaches(_ state: inout DecoderState) {
        guard let pending = state.pendingCrossAttention else { return }
        let inner = config.innerWidth
        for (layer, block) in decoder.blocks.enumerated() {
            guard let cross = block.crossAttention else { continue }
            let keyValue = cross.keyValue(pending.hidden)
            state.crossCaches[layer].write(
                sequences: state.encodedLengths, keys: keyValue.sliced(1, 0..<inner),
                values: keyValue.sliced(1, inner..<2 * inner))
        }
        state.pendingCrossAttention = nil
    }

    public func decode(_ tokens: [Int], state: inout DecoderState, observe: LayerObserver?) -> Tensor {
        let rows = tokens.count
        precondition(rows % max(1, state.activeSlots.count) == 0, "\(rows) tokens for \(state.activeSlots.count) rows")
        var hidden = embedding.gatheredRows(tokens, in: state.workspace)
        observe?("decoder.embedding", hidden)
        guard rows > 0 else { return hidden }
        state.advance(by: rows / state.activeSlots.count)
        if state.lengths[state.activeSlots[0]] > 1 || !canAttendToHiddenStates { fillCrossCaches(&state) }
        for (index, block) in decoder.blocks.enumerated() {
            hidden = attend(
                hidden, block.selfAttention, cache: &state.selfCaches[index], spans: state.selfSpans,
                bias: state.selfBias, causal: true)
            if let cross = block.crossAttention {
                hidden = attendToPrompt(hidden, cross, cache: state.crossCaches[index], state: state)
            }
            hidden = feedForward(hidden, block.feedForward)
            observe?("decoder.\(index)", hidden)
        }
        if let observe {
            let norm = decoder.finalNorm
            observe("decoder.output", hidden.rmsNormalized(weight: norm.weight, epsilon: norm.epsilon))
        }
        return hidden
    }

    public func logits(_ hidden: Tensor) -> Tensor { head(hidden, norm: decoder.finalNorm, scale: headScale) }

    /// hidden + O(attention(norm(hidden))), the rows' keys and values put into the cache first. T5 does not scale scores.
    private func attend(
        _ hidden: Tensor, _ layer: SelfAttention, cache: inout KeyValueCache, spans: [AttentionSpan],
        bias: DistanceBias?, causal: Bool
    ) -> Tensor {
        let inner = config.innerWidth
        let projected = layer.queryKeyValue(hidden, norm: layer.norm)
        let keys = projected.sliced(1, inner..<2 * inner)
        let values = projected.sliced(1, 2 * inner..<3 * inner)
        for span in spans {
            cache.write(
                slot: span.slot, position: span.keyCount - span.queryCount, keys: keys, values: values,
                rows: span.queryOffset..<span.queryOffset + span.queryCount)
        }
        let context = projected.sliced(1, 0..<inner)
            .attention(over: cache, spans: spans, heads: config.numHeads, scale: 1, causal: causal, bias: bias)
        return layer.output(context, residual: hidden)
    }

    /// hidden + O(attention(norm(hidden))) over the encoded prompt.
    private func attendToPrompt(
        _ hidden: Tensor, _ layer: CrossAttention, cache: KeyValueCache, state: DecoderState
    ) -> Tensor {
        let query = layer.query(hidden, norm: layer.norm)
        guard let pending = state.pendingCrossAttention else {
            let context = query.attention(
                over: cache, spans: state.crossSpans, heads: config.numHeads, scale: 1, causal: false)
            return layer.output(context, residual: hidden)
        }
        // q · (K h) = (Kᵀ q) · h and Σ p (V h) = V (Σ p h): all heads of a row are queries of one wide head.
        let (inner, weight) = (config.innerWidth, layer.keyValue.weight)
        let spans = state.crossSpans.map { $0.repeated(config.numHeads) }
        let context = query.projectedBack(weight, columns: 0..<inner, heads: config.numHeads)
            .attention(over: pending.cache, spans: spans, heads: 1, scale: 1, causal: false)
            .projectedByHead(weight, columns: inner..<2 * inner, heads: config.numHeads)
        return layer.output(context, residual: hidden)
    }

    private func feedForward(_ hidden: Tensor, _ layer: FeedForward) -> Tensor {
        layer.output(layer.input(hidden, norm: layer.norm, activation: layer.activation), residual: hidden)
    }
}
