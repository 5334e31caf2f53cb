public import FledgeTensor

/// Two linear layers with an activation between them, applied to every row for itself.
public struct FeedForward: Sendable {
    /// Gate and value interleaved where the layer has a gate.
    public let input: Linear
    public let activation: Activation
    public let output: Linear
    /// Whether training leaves numbers out between the two layers too, as T5 does.
    public let dropsInner: Bool

    public init(input: Linear, activation: Activation, output: Linear, dropsInner: Bool = false) {
        self.input = input
        self.activation = activation
        self.output = output
        self.dropsInner = dropsInner
    }

    /// residual + W₂ f(W₁ norm(hidden)).
    public func callAsFunction(_ hidden: Tensor, norm: Norm?, residual: Tensor) -> Tensor {
        var inner = input(hidden, norm: norm, activation: activation)
        if dropsInner, let dropout = input.dropout { inner = dropout(inner) }
        return output(inner, residual: residual, drops: true)
    }

    var weightByteCount: Int { input.weight.byteCount + output.weight.byteCount }
}

/// One layer of a transformer: self-attention, in decoders that read an encoded prompt cross-attention, and a
/// feed-forward layer, each with a norm and a way around it.
public struct TransformerBlock: Sendable {
    /// Where the norms stand.
    public enum NormPlacement: Sendable {
        /// hidden + f(norm(hidden)): T5, GPT-2, LLaMA.
        case beforeLayers
        /// norm(hidden) + f(norm(hidden)): BLOOM with `apply_residual_connection_post_layernorm`.
        case beforeLayersAndResidual
        /// norm(hidden + f(hidden)): BERT, BART.
        case afterLayers
    }

    public let selfAttention: SelfAttention
    public let selfAttentionNorm: Norm
    public let crossAttention: CrossAttention?
    public let crossAttentionNorm: Norm?
    public let feedForward: FeedForward
    public let feedForwardNorm: Norm
    public let placement: NormPlacement

    public init(
        selfAttention: SelfAttention, selfAttentionNorm: Norm, crossAttention: CrossAttention? = nil,
        crossAttentionNorm: Norm? = nil, feedForward: FeedForward, feedForwardNorm: Norm, placement: NormPlacement
    ) {
        self.selfAttention = selfAttention
        self.selfAttentionNorm = selfAttentionNorm
        self.crossAttention = crossAttention
        self.crossAttentionNorm = crossAttentionNorm
        self.feedForward = feedForward
        self.feedForwardNorm = feedForwardNorm
        self.placement = placement
    }

    /// Rows through a block that has no cross-attention.
    public func callAsFunction(_ hidden: Tensor, cache: inout KeyValueCache, step: AttentionStep) -> Tensor {
        let attended = around(hidden, selfAttentionNorm) { rows, norm, residual in
            selfAttention(rows, norm: norm, cache: &cache, step: step, residual: residual)
        }
        return around(attended, feedForwardNorm) { feedForward($0, norm: $1, residual: $2) }
    }

    /// Rows through block number `layer` of a decoder.
    public func callAsFunction(_ hidden: Tensor, state: inout DecoderState, layer: Int) -> Tensor {
        let step = state.step
        var attended = around(hidden, selfAttentionNorm) { rows, norm, residual in
            selfAttention(rows, norm: norm, cache: &state.selfCaches[layer], step: step, residual: residual)
        }
        if let crossAttention, let crossAttentionNorm {
            attended = around(attended, crossAttentionNorm) { rows, norm, residual in
                crossAttention(rows, norm: norm, state: state, layer: layer, residual: residual)
            }
        }
        return around(attended, feedForwardNorm) { feedForward($0, norm: $1, residual: $2) }
    }

    /// A layer with its norm and the way around it: `layer` gets the rows, the norm to put them through first, and what
    /// to add to its result.
    private func around(_ hidden: Tensor, _ norm: Norm, _ layer: (Tensor, Norm?, Tensor) -> Tensor) -> Tensor {
        switch placement {
        case .beforeLayers:
            return layer(hidden, norm, hidden)
        case .beforeLayersAndResidual:
            let normalized = norm(hidden)
            return layer(normalized, nil, normalized)
        case .afterLayers:
            return norm(layer(hidden, nil, hidden))
        }
    }

    /// Bytes of weights that decoding one token reads.
    public var weightByteCount: Int {
        selfAttention.weightByteCount + (crossAttention?.weightByteCount ?? 0) + feedForward.weightByteCount
    }
}
