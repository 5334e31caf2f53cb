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

    /// Whole sequences at once, each position seeing all of its sequence or, with `isCausal`, what is not after it.
    ///
    /// One cache serves all layers. The result is `[positions, width]`, the final norm included. `prefix` is put before
    /// the names that `observe` gets.
    func callAsFunction(
        _ sequences: [TokenSequence], isCausal: Bool, beside type: WeightType, workspace: Workspace,
        prefix: String = "", observe: LayerObserver?
    ) -> Tensor {
        let batch = SequenceBatch(sequences)
        var hidden = embedding(
            batch.ids, positions: batch.positions, segmentIDs: batch.segmentIDs, workspace: workspace)
        observe?(prefix + "embedding", hidden)
        guard !batch.ids.isEmpty, let first = blocks.first else { return finalNorm?(hidden) ?? hidden }
        let step = batch.step(isCausal: isCausal, positions: embedding.positions, workspace: workspace)
        var cache = first.selfAttention.makeCache(slots: sequences.count, beside: type, engine: workspace.engine)
        for (index, block) in blocks.enumerated() {
            hidden = block(hidden, cache: &cache, step: step)
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
        observe?(prefix + "embedding", hidden)
        for (index, block) in blocks.enumerated() {
            hidden = block(hidden, state: &state, layer: index)
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
