import FledgeNN
import FledgeTensor

/// GPT-2 (Radford et al. 2019): learned positions, norms before the layers, matrices stored the other way round.
public enum GPT2 {
    /// `config.json` of GPT-2.
    public struct Config: ModelConfiguration, Equatable {
        public var vocabSize: Int
        public var nEmbd: Int
        public var nLayer: Int
        public var nHead: Int
        public var nInner: Int?
        public var nPositions: Int
        public var activationFunction: String
        public var layerNormEpsilon: Float
        public var scaleAttnWeights: Bool
        public var scaleAttnByInverseLayerIdx: Bool
        public var tieWordEmbeddings: Bool

        enum CodingKeys: String, CodingKey {
            case vocabSize = "vocab_size"
            case nEmbd = "n_embd"
            case nLayer = "n_layer"
            case nHead = "n_head"
            case nInner = "n_inner"
            case nPositions = "n_positions"
            case activationFunction = "activation_function"
            case layerNormEpsilon = "layer_norm_epsilon"
            case scaleAttnWeights = "scale_attn_weights"
            case scaleAttnByInverseLayerIdx = "scale_attn_by_inverse_layer_idx"
            case tieWordEmbeddings = "tie_word_embeddings"
        }

        /// Absent fields take the defaults of the reference's configuration class.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            vocabSize = try fields.value(.vocabSize, default: 50257)
            nEmbd = try fields.value(.nEmbd, default: 768)
            nLayer = try fields.value(.nLayer, default: 12)
            nHead = try fields.value(.nHead, default: 12)
            nInner = try fields.decodeIfPresent(Int.self, forKey: .nInner)
            nPositions = try fields.value(.nPositions, default: 1024)
            activationFunction = try fields.value(.activationFunction, default: "gelu_new")
            layerNormEpsilon = try fields.value(.layerNormEpsilon, default: 1e-5)
            scaleAttnWeights = try fields.value(.scaleAttnWeights, default: true)
            scaleAttnByInverseLayerIdx = try fields.value(.scaleAttnByInverseLayerIdx, default: false)
            tieWordEmbeddings = try fields.value(.tieWordEmbeddings, default: true)
        }

        public var complaint: String? {
            ConfigCheck.outside([
                ("vocab_size", vocabSize, 1...16_777_216), ("n_embd", nEmbd, 1...262_144),
                ("n_layer", nLayer, 0...4096), ("n_head", nHead, 1...4096),
                ("n_inner", innerWidth, 1...1_048_576), ("n_positions", nPositions, 1...16_777_216),
            ])
                ?? ConfigCheck.divides("n_head", nHead, "n_embd", nEmbd)
                ?? ConfigCheck.activation("activation_function", activationFunction)
                ?? ConfigCheck.epsilon("layer_norm_epsilon", layerNormEpsilon)
        }

        var innerWidth: Int { nInner ?? 4 &* nEmbd }
    }

    public static let family = DecoderOnlyFamily(
        modelTypes: ["gpt2"], prefixes: ["transformer"], tokenHead: "classifier",
        buffers: [".attn.bias", ".attn.masked_bias"],
        // What is added to the residuals is smaller, so that their sum does not grow with the layers.
        inputsFirst: ["c_attn.weight", "c_proj.weight", "c_fc.weight"],
        fresh: FreshWeights(deviation: { name, fields in
            let deviation = fields.initializerRange ?? 0.02
            guard name.hasSuffix("c_proj.weight") else { return deviation }
            return deviation / Float(2 * (fields.nLayer ?? 12)).squareRoot()
        })
    ) { source, scope in
        let config = try source.decode(Config.self)
        let copies = config.tieWordEmbeddings ? [source.root / "lm_head"] : []
        let tokens = try source.tied(scope / "wte", copies).tensor(
            "weight", shape: Shape(config.vocabSize, config.nEmbd))
        let positions = try (scope / "wpe").tensor("weight", shape: Shape(config.nPositions, config.nEmbd))
        var blocks: [TransformerBlock] = []
        for index in 0..<config.nLayer { blocks.append(try block(scope / "h" / index, config, index)) }
        let stack = TransformerStack(
            embedding: Embedding(tokens: tokens, positions: LearnedPositions(weight: positions)), blocks: blocks,
            finalNorm: try scope.layerNorm("ln_f", width: config.nEmbd, epsilon: config.layerNormEpsilon))
        return .init(
            stack: stack, embedding: tokens, contextLength: config.nPositions,
            tiesEmbeddings: config.tieWordEmbeddings)
    }.family

    private static func block(_ layer: WeightScope, _ config: Config, _ index: Int) throws -> TransformerBlock {
        let width = config.nEmbd
        let headWidth = width / config.nHead
        var scale: Float = config.scaleAttnWeights ? 1 / Float(headWidth).squareRoot() : 1
        if config.scaleAttnByInverseLayerIdx { scale /= Float(index + 1) }
        func linear(_ scope: WeightScope, _ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
            try Linear(scope, [name], inputs: inputs, outputs: outputs, bias: true, layout: .inputsByOutputs)
        }
        return TransformerBlock(
            selfAttention: SelfAttention(
                queryKeyValue: try linear(layer / "attn", "c_attn", width, 3 * width),
                output: try linear(layer / "attn", "c_proj", width, width), heads: config.nHead, headWidth: headWidth,
                scale: scale),
            selfAttentionNorm: try layer.layerNorm("ln_1", width: width, epsilon: config.layerNormEpsilon),
            feedForward: FeedForward(
                input: try linear(layer / "mlp", "c_fc", width, config.innerWidth),
                activation: Activation(checkpointName: config.activationFunction) ?? .geluTanh,
                output: try linear(layer / "mlp", "c_proj", config.innerWidth, width)),
            feedForwardNorm: try layer.layerNorm("ln_2", width: width, epsilon: config.layerNormEpsilon),
            placement: .beforeLayers)
    }
}
