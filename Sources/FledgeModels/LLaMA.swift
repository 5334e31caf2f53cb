import FledgeNN
import FledgeTensor

/// LLaMA 1, 2 and 3 (Touvron et al. 2023): rotary positions, RMS norms before the layers, a gated feed-forward layer, and
/// key–value heads that several query heads may share.
public enum LLaMA {
    public static let family = DecoderOnlyFamily(
        modelTypes: ["llama"], prefixes: ["model", "transformer"], tokenHead: "score", buffers: [".rotary_emb.inv_freq"]
    ) { source, scope in
        let config = try source.decode(LLaMAConfig.self)
        let width = config.hiddenSize
        let copies = config.tieWordEmbeddings ? [source.root / "lm_head"] : []
        let tokens = try source.tied(scope / "embed_tokens", copies).tensor(
            "weight", shape: Shape(config.vocabSize, width))
        var blocks: [TransformerBlock] = []
        for index in 0..<config.numHiddenLayers { blocks.append(try block(scope / "layers" / index, config)) }
        let positions = RotaryPositions(
            width: config.headWidth, base: config.rope.base, scaling: config.rope.scaling,
            trainedLength: config.maxPositionEmbeddings)
        let stack = TransformerStack(
            embedding: Embedding(tokens: tokens, positions: positions), blocks: blocks,
            finalNorm: try scope.rmsNorm("norm", width: width, epsilon: config.rmsNormEps))
        return .init(
            stack: stack, embedding: tokens, contextLength: config.contextLength,
            tiesEmbeddings: config.tieWordEmbeddings, tokenHeadHasBias: config.tokenClassificationBias)
    }.family

    private static func block(_ layer: WeightScope, _ config: LLaMAConfig) throws -> TransformerBlock {
        let (width, epsilon, headWidth) = (config.hiddenSize, config.rmsNormEps, config.headWidth)
        let (heads, keyValueHeads) = (config.numAttentionHeads, config.numKeyValueHeads)
        let attention = layer / "self_attn"
        let parts = [
            ("q_proj", heads * headWidth), ("k_proj", keyValueHeads * headWidth), ("v_proj", keyValueHeads * headWidth),
        ]
        return TransformerBlock(
            selfAttention: SelfAttention(
                queryKeyValue: try Linear(attention, parts: parts, inputs: width, bias: config.attentionBias),
                output: try Linear(
                    attention, ["o_proj"], inputs: heads * headWidth, outputs: width, bias: config.attentionBias),
                heads: heads, keyValueHeads: keyValueHeads, headWidth: headWidth,
                scale: 1 / Float(headWidth).squareRoot()),
            selfAttentionNorm: try layer.rmsNorm("input_layernorm", width: width, epsilon: epsilon),
            feedForward: FeedForward(
                input: try Linear(
                    layer / "mlp", ["gate_proj", "up_proj"], inputs: width, outputs: config.intermediateSize,
                    bias: config.mlpBias, gated: true),
                activation: Activation(checkpointName: config.hiddenAct) ?? .silu,
                output: try Linear(
                    layer / "mlp", ["down_proj"], inputs: config.intermediateSize, outputs: width,
                    bias: config.mlpBias)),
            feedForwardNorm: try layer.rmsNorm("post_attention_layernorm", width: width, epsilon: epsilon),
            placement: .beforeLayers)
    }
}
