public import FledgeNN
public import FledgeTensor

/// Embedding, blocks and final norm: one half of an encoder–decoder, or the whole of the other two kinds.
public struct TransformerStack: Sendable {
    public let embedding: Embedding
    public let blocks: [TransformerBlock]
    public let finalNorm: Norm?

    public init(embedding: Embedding, blocks: [TransformerBlock], finalNorm: Norm?) {
        self.embedding = embedding
        self.blocks = blocks
        self.finalNorm = finalNorm
    }

    /// Positions that go through all layers together: enough for the products, and few enough that what lies between
    /// two layers stays in a near cache.
    private static let groupLength = 384

    /// Whole sequences, each position seeing all of its sequence or, with `isCausal`, what is not after it.
    ///
    /// The result is `[positions, width]`, the final norm included. `prefix` is put before the names that `observe`
    /// gets.
    func callAsFunction(
        _ sequences: [TokenSequence], isCausal: Bool, beside type: WeightType, workspace: Workspace,
        prefix: String = "", recorder: AttentionRecorder? = nil, observe: LayerObserver?
    ) -> Tensor {
        func states(_ sequences: ArraySlice<TokenSequence>) -> Tensor {
            run(
                SequenceBatch(sequences), isCausal: isCausal, beside: type, workspace: workspace, prefix: prefix,
                recorder: recorder, observe: observe)
        }
        let groups = TransformerStack.groups(sequences)
        // Who looks inside wants to see every layer once; gradients want to see every weight once.
        guard groups.count > 1, observe == nil, !isDifferentiable else { return states(sequences[...]) }
        let width = embedding.tokens.shape[1]
        let rows = sequences.reduce(0) { $0 + $1.ids.count }
        let result = Tensor(in: workspace, shape: Shape(rows, width))
        var row = 0
        for group in groups {
            let some = states(sequences[group])
            (result.floats + row * width).update(from: some.floats, count: some.elementCount)
            row += some.shape[0]
            withExtendedLifetime(some) {}
        }
        return result
    }

    /// Whether gradients flow back through the layers.
    var isDifferentiable: Bool { blocks.first?.selfAttention.queryKeyValue.isDifferentiable ?? false }

    /// Whether the way back computes what lies within a block again.
    private var recomputes: Bool { isDifferentiable && GradientMode.current == .recomputing }

    /// What training leaves out of the embeddings and, in T5, of the last hidden states.
    private var dropout: Dropout? { blocks.first?.selfAttention.output.dropout?.stream(2) }

    /// Neighbouring sequences that go through the layers together; a longer one goes alone.
    private static func groups(_ sequences: [TokenSequence]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var (start, length) = (0, 0)
        for (index, sequence) in sequences.enumerated() {
            if index > start, length + sequence.ids.count > groupLength {
                groups.append(start..<index)
                (start, length) = (index, 0)
            }
            length += sequence.ids.count
        }
        if start < sequences.count { groups.append(start..<sequences.count) }
        return groups
    }

    /// One cache serves all layers.
    private func run(
        _ batch: SequenceBatch, isCausal: Bool, beside type: WeightType, workspace: Workspace, prefix: String,
        recorder: AttentionRecorder?, observe: LayerObserver?
    ) -> Tensor {
        var hidden = embedding(
            batch.ids, positions: batch.positions, segmentIDs: batch.segmentIDs, workspace: workspace)
        if let dropout { hidden = dropout(hidden) }
        observe?(prefix + "embedding", hidden)
        guard !batch.ids.isEmpty, let first = blocks.first else { return finalNorm?(hidden) ?? hidden }
        var step = batch.step(isCausal: isCausal, positions: embedding.positions, workspace: workspace)
        step.recorder = recorder
        var cache = first.selfAttention.makeCache(slots: batch.spans.count, beside: type, engine: workspace.engine)
        for (index, block) in blocks.enumerated() {
            if recomputes {
                hidden = Tensor.recomputed([hidden] + [step.bias?.table].compactMap(\.self)) { [cache] inputs in
                    var (cache, step) = (cache, step)
                    if let bias = step.bias { step.bias = DistanceBias(table: inputs[1], span: bias.span) }
                    return block(inputs[0], cache: &cache, step: step)
                }
            } else {
                hidden = block(hidden, cache: &cache, step: step)
            }
            observe?(prefix + "\(index)", hidden)
        }
        let output = finalNorm?(hidden) ?? hidden
        observe?(prefix + "output", output)
        return output
    }

    /// Further tokens of the sequences of a state, which has been advanced for them. The result is before the final
    /// norm.
    func decode(_ tokens: [Int], state: inout DecoderState, prefix: String = "", observe: LayerObserver?) -> Tensor {
        var hidden = embedding(tokens, positions: state.positions, workspace: state.workspace)
        if let dropout { hidden = dropout(hidden) }
        observe?(prefix + "embedding", hidden)
        for (index, block) in blocks.enumerated() {
            if recomputes {
                hidden = Tensor.recomputed([hidden] + state.differentiableInputs) { [state] inputs in
                    var state = state.replacing(differentiableInputs: Array(inputs.dropFirst()))
                    return block(inputs[0], state: &state, layer: index)
                }
            } else {
                hidden = block(hidden, state: &state, layer: index)
            }
            observe?(prefix + "\(index)", hidden)
        }
        if let observe { observe(prefix + "output", finalNorm?(hidden) ?? hidden) }
        return hidden
    }

    /// An empty self-attention cache for each layer.
    func makeCaches(slots: Int, beside type: WeightType, engine: Engine) -> [KeyValueCache] {
        blocks.map { $0.selfAttention.makeCache(slots: slots, beside: type, engine: engine) }
    }

    /// Bytes that the self-attention caches of one position take.
    func cacheBytesPerPosition(beside type: WeightType) -> Double {
        blocks.reduce(0) {
            $0 + 2 * Double($1.selfAttention.keyValueHeads * $1.selfAttention.headWidth) * Double(type.cacheBytes)
        }
    }

    /// Bytes of weights that decoding one token reads.
    var weightByteCount: Int { blocks.reduce(0) { $0 + $1.weightByteCount } }
}
