import FledgeNN
import FledgeTensor

/// BART (Lewis et al. 2020): an encoder–decoder with learned positions that begin at row 2, and norms after the layers.
public enum BART {
    /// `config.json` of BART.
    public struct Config: ModelConfiguration, Equatable {
        public var vocabSize: Int
        public var dModel: Int
        public var encoderLayers: Int
        public var decoderLayers: Int
        public var encoderAttentionHeads: Int
        public var decoderAttentionHeads: Int
        public var encoderFfnDim: Int
        public var decoderFfnDim: Int
        public var activationFunction: String
        public var maxPositionEmbeddings: Int
        public var scaleEmbedding: Bool
        public var decoderStartTokenId: Int
        public var eosTokenId: Int
        /// Only false is known.
        public var normalizeBefore: Bool

        enum CodingKeys: String, CodingKey {
            case vocabSize = "vocab_size"
            case dModel = "d_model"
            case encoderLayers = "encoder_layers"
            case decoderLayers = "decoder_layers"
            case encoderAttentionHeads = "encoder_attention_heads"
            case decoderAttentionHeads = "decoder_attention_heads"
            case encoderFfnDim = "encoder_ffn_dim"
            case decoderFfnDim = "decoder_ffn_dim"
            case activationFunction = "activation_function"
            case maxPositionEmbeddings = "max_position_embeddings"
            case scaleEmbedding = "scale_embedding"
            case decoderStartTokenId = "decoder_start_token_id"
            case eosTokenId = "eos_token_id"
            case normalizeBefore = "normalize_before"
        }

        /// Absent fields take the defaults of the reference's configuration class.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            vocabSize = try fields.value(.vocabSize, default: 50265)
            dModel = try fields.value(.dModel, default: 1024)
            encoderLayers = try fields.value(.encoderLayers, default: 12)
            decoderLayers = try fields.value(.decoderLayers, default: 12)
            encoderAttentionHeads = try fields.value(.encoderAttentionHeads, default: 16)
            decoderAttentionHeads = try fields.value(.decoderAttentionHeads, default: 16)
            encoderFfnDim = try fields.value(.encoderFfnDim, default: 4096)
            decoderFfnDim = try fields.value(.decoderFfnDim, default: 4096)
            activationFunction = try fields.value(.activationFunction, default: "gelu")
            maxPositionEmbeddings = try fields.value(.maxPositionEmbeddings, default: 1024)
            scaleEmbedding = try fields.value(.scaleEmbedding, default: false)
            eosTokenId = try fields.value(.eosTokenId, default: 2)
            decoderStartTokenId = try fields.value(.decoderStartTokenId, default: eosTokenId)
            normalizeBefore = try fields.value(.normalizeBefore, default: false)
        }

        public var complaint: String? {
            if normalizeBefore { return "normalize_before is true, which Fledge does not know for BART" }
            return ConfigCheck.outside([
                ("vocab_size", vocabSize, 1...16_777_216), ("d_model", dModel, 1...262_144),
                ("encoder_layers", encoderLayers, 0...4096), ("decoder_layers", decoderLayers, 0...4096),
                ("encoder_attention_heads", encoderAttentionHeads, 1...4096),
                ("decoder_attention_heads", decoderAttentionHeads, 1...4096),
                ("encoder_ffn_dim", encoderFfnDim, 1...1_048_576), ("decoder_ffn_dim", decoderFfnDim, 1...1_048_576),
                ("max_position_embeddings", maxPositionEmbeddings, 1...16_777_216),
                ("decoder_start_token_id", decoderStartTokenId, 0...max(1, vocabSize) - 1),
            ])
                ?? ConfigCheck.divides("encoder_attention_heads", encoderAttentionHeads, "d_model", dModel)
                ?? ConfigCheck.divides("decoder_attention_heads", decoderAttentionHeads, "d_model", dModel)
                ?? ConfigCheck.activation("activation_function", activationFunction)
        }
    }

    public static let family: ModelFamily = {
        var family = ModelFamily(["bart"]) { source in
            let model = try model(source, try source.decode(Config.self), withHead: false)
            try finish(source)
            return SelfReadingBackbone(model)
        }
        family.fresh = FreshWeights(
            prefixes: ["model"], paddedNames: ["shared.weight"],
            hasOptional: { name, _ in name == "model.shared.weight" }, deviation: { $1.initStd ?? 0.02 })
        family.fresh.buffers = ["final_logits_bias"]
        family.seq2SeqLM = { source in
            let model = try model(source, try source.decode(Config.self), withHead: true)
            try finish(source)
            return model
        }
        family.sequenceClassification = { source in
            let config = try source.decode(Config.self)
            let labels = try source.labels()
            let base = try model(source, config, withHead: false)
            let scope = source.root / "classification_head"
            let head = ClassificationHead(
                dense: try Linear(scope, ["dense"], inputs: config.dModel, outputs: config.dModel, bias: true),
                output: try Linear(scope, ["out_proj"], inputs: config.dModel, outputs: labels.count, bias: true))
            try finish(source)
            return SequenceClassificationModel(
                backbone: SelfReadingBackbone(base), pooling: .lastOccurrence(of: config.eosTokenId), head: head,
                labels: labels)
        }
        family.questionAnswering = { source in
            let config = try source.decode(Config.self)
            let base = try model(source, config, withHead: false)
            let head = try Linear(source.root, ["qa_outputs"], inputs: config.dModel, outputs: 2, bias: true)
            try finish(source)
            return QuestionAnsweringModel(backbone: SelfReadingBackbone(base), head: head)
        }
        return family
    }()

    private static func finish(_ source: ModelSource) throws {
        try source.finish(
            ignoring: ["lm_head.", "final_logits_bias", "classification_head.", "qa_outputs."],
            buffers: ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", ".version"])
    }

    private static func model(
        _ source: ModelSource, _ config: Config, withHead: Bool
    ) throws -> EncoderDecoderTransformer {
        let scope = source.root.optional("model")
        let copies = [scope / "encoder.embed_tokens", scope / "decoder.embed_tokens", source.root / "lm_head"]
        let tokens = try source.tied(scope / "shared", copies).tensor(
            "weight", shape: Shape(config.vocabSize, config.dModel))
        var head: Linear?
        if withHead {
            let own = source.root / "lm_head"
            let shape = Shape(config.vocabSize, config.dModel)
            let matrix = own.contains("weight") ? try own.tensor("weight", shape: shape) : tokens
            let bias =
                source.root.contains("final_logits_bias")
                ? [try source.root.vector("final_logits_bias", shape: Shape(1, config.vocabSize))] : []
            head = Linear(
                source.weights, matrices: [matrix],
                biases: bias.map { $0.elementCount == config.vocabSize ? $0.reshaped(Shape(config.vocabSize)) : $0 })
        }
        return EncoderDecoderTransformer(
            encoder: try stack(scope / "encoder", config, tokens, isDecoder: false),
            decoder: try stack(scope / "decoder", config, tokens, isDecoder: true), head: head,
            decoderStartToken: config.decoderStartTokenId, contextLength: config.maxPositionEmbeddings,
            type: source.type, engine: source.engine)
    }

    private static func stack(
        _ scope: WeightScope, _ config: Config, _ tokens: Tensor, isDecoder: Bool
    ) throws -> TransformerStack {
        let offset = 2
        let positions = try (scope / "embed_positions").tensor(
            "weight", shape: Shape(config.maxPositionEmbeddings + offset, config.dModel))
        var embedding = Embedding(
            tokens: tokens, positions: LearnedPositions(weight: positions, offset: offset),
            norm: try scope.layerNorm("layernorm_embedding", width: config.dModel, epsilon: 1e-5))
        if config.scaleEmbedding { embedding.scale = Float(config.dModel).squareRoot() }
        var blocks: [TransformerBlock] = []
        for index in 0..<(isDecoder ? config.decoderLayers : config.encoderLayers) {
            blocks.append(try block(scope / "layers" / index, config, isDecoder))
        }
        return TransformerStack(embedding: embedding, blocks: blocks, finalNorm: nil)
    }

    private static func block(
        _ layer: WeightScope, _ config: Config, _ isDecoder: Bool
    ) throws -> TransformerBlock {
        let width = config.dModel
        let heads = isDecoder ? config.decoderAttentionHeads : config.encoderAttentionHeads
        let headWidth = width / heads
        let scale = 1 / Float(headWidth).squareRoot()
        func linear(_ scope: WeightScope, _ names: [String]) throws -> Linear {
            try Linear(scope, names, inputs: width, outputs: width, bias: true)
        }
        func norm(_ name: String) throws -> Norm { try layer.layerNorm(name, width: width, epsilon: 1e-5) }
        let attention = layer / "self_attn"
        var (cross, crossNorm): (CrossAttention?, Norm?)
        if isDecoder {
            let attention = layer / "encoder_attn"
            crossNorm = try norm("encoder_attn_layer_norm")
            cross = CrossAttention(
                query: try linear(attention, ["q_proj"]), keyValue: try linear(attention, ["k_proj", "v_proj"]),
                output: try linear(attention, ["out_proj"]), heads: heads, headWidth: headWidth, scale: scale)
        }
        let inner = isDecoder ? config.decoderFfnDim : config.encoderFfnDim
        return TransformerBlock(
            selfAttention: SelfAttention(
                queryKeyValue: try linear(attention, ["q_proj", "k_proj", "v_proj"]),
                output: try linear(attention, ["out_proj"]), heads: heads, headWidth: headWidth, scale: scale),
            selfAttentionNorm: try norm("self_attn_layer_norm"), crossAttention: cross, crossAttentionNorm: crossNorm,
            feedForward: FeedForward(
                input: try Linear(layer, ["fc1"], inputs: width, outputs: inner, bias: true),
                activation: Activation(checkpointName: config.activationFunction) ?? .gelu,
                output: try Linear(layer, ["fc2"], inputs: inner, outputs: width, bias: true)),
            feedForwardNorm: try norm("final_layer_norm"), placement: .afterLayers)
    }
}
