import FledgeNN
import FledgeTensor

/// BERT (Devlin et al. 2019): an encoder with learned positions, two segments, and norms after the layers.
public enum BERT {
    /// `config.json` of BERT and of the families that are built like it.
    public struct Config: ModelConfiguration, Equatable {
        public var vocabSize: Int
        public var hiddenSize: Int
        public var numHiddenLayers: Int
        public var numAttentionHeads: Int
        public var intermediateSize: Int
        public var hiddenAct: String
        public var maxPositionEmbeddings: Int
        public var typeVocabSize: Int
        public var layerNormEps: Float
        /// The families have different ones where the file does not say it.
        public var padTokenId: Int?
        public var tieWordEmbeddings: Bool
        /// Only `absolute` is known.
        public var positionEmbeddingType: String

        enum CodingKeys: String, CodingKey {
            case vocabSize = "vocab_size"
            case hiddenSize = "hidden_size"
            case numHiddenLayers = "num_hidden_layers"
            case numAttentionHeads = "num_attention_heads"
            case intermediateSize = "intermediate_size"
            case hiddenAct = "hidden_act"
            case maxPositionEmbeddings = "max_position_embeddings"
            case typeVocabSize = "type_vocab_size"
            case layerNormEps = "layer_norm_eps"
            case padTokenId = "pad_token_id"
            case tieWordEmbeddings = "tie_word_embeddings"
            case positionEmbeddingType = "position_embedding_type"
        }

        /// Absent fields take the defaults of the reference's configuration class.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            vocabSize = try fields.value(.vocabSize, default: 30522)
            hiddenSize = try fields.value(.hiddenSize, default: 768)
            numHiddenLayers = try fields.value(.numHiddenLayers, default: 12)
            numAttentionHeads = try fields.value(.numAttentionHeads, default: 12)
            intermediateSize = try fields.value(.intermediateSize, default: 3072)
            hiddenAct = try fields.value(.hiddenAct, default: "gelu")
            maxPositionEmbeddings = try fields.value(.maxPositionEmbeddings, default: 512)
            typeVocabSize = try fields.value(.typeVocabSize, default: 2)
            layerNormEps = try fields.value(.layerNormEps, default: 1e-12)
            padTokenId = try fields.decodeIfPresent(Int.self, forKey: .padTokenId)
            tieWordEmbeddings = try fields.value(.tieWordEmbeddings, default: true)
            positionEmbeddingType = try fields.value(.positionEmbeddingType, default: "absolute")
        }

        public var complaint: String? {
            if positionEmbeddingType != "absolute" {
                return "position_embedding_type “\(positionEmbeddingType)” is not one that Fledge knows (absolute)"
            }
            return ConfigCheck.outside([
                ("vocab_size", vocabSize, 1...16_777_216), ("hidden_size", hiddenSize, 1...262_144),
                ("num_hidden_layers", numHiddenLayers, 0...4096), ("num_attention_heads", numAttentionHeads, 1...4096),
                ("intermediate_size", intermediateSize, 1...1_048_576),
                ("max_position_embeddings", maxPositionEmbeddings, 1...16_777_216),
                ("type_vocab_size", typeVocabSize, 0...65_536), ("pad_token_id", padTokenId ?? 0, 0...16_777_216),
            ])
                ?? ConfigCheck.divides("num_attention_heads", numAttentionHeads, "hidden_size", hiddenSize)
                ?? ConfigCheck.activation("hidden_act", hiddenAct)
                ?? ConfigCheck.epsilon("layer_norm_eps", layerNormEps)
        }

        var activation: Activation { Activation(checkpointName: hiddenAct) ?? .gelu }
    }

    public static let family: ModelFamily = {
        var family = ModelFamily(["bert"]) { source in
            let config = try source.decode(Config.self)
            let scope = source.root.optional("bert")
            let base = try encoder(source, scope, config)
            var model: any Backbone = base
            if scope.contains("pooler.dense.weight") {
                model = PooledBackbone(base: base, pooler: try pooler(scope, config))
            }
            try finish(source)
            return model
        }
        family.fresh = FreshWeights(
            prefixes: ["bert"], paddedNames: ["word_embeddings.weight"],
            hasOptional: { name, _ in name == "cls.predictions.bias" })
        family.maskedLM = { source in
            let config = try source.decode(Config.self)
            let scope = source.root.optional("bert")
            let base = try encoder(source, scope, config)
            let predictions = source.root / "cls" / "predictions"
            let transform = MaskedLanguageModel.Transform(
                dense: try Linear(
                    predictions / "transform", ["dense"], inputs: config.hiddenSize, outputs: config.hiddenSize,
                    bias: true),
                activation: config.activation,
                norm: try (predictions / "transform").layerNorm(
                    "LayerNorm", width: config.hiddenSize, epsilon: config.layerNormEps))
            let decoder = try vocabularyHead(source, predictions, config, scope)
            try finish(source)
            return MaskedLanguageModel(backbone: base, transform: transform, decoder: decoder)
        }
        family.sequenceClassification = { source in
            let config = try source.decode(Config.self)
            let scope = source.root.optional("bert")
            let labels = try source.labels()
            let head = ClassificationHead(
                dense: try pooler(scope, config),
                output: try Linear(
                    source.root, ["classifier"], inputs: config.hiddenSize, outputs: labels.count, bias: true))
            let base = try encoder(source, scope, config)
            try finish(source)
            return SequenceClassificationModel(backbone: base, pooling: .first, head: head, labels: labels)
        }
        family.tokenClassification = { source in
            let config = try source.decode(Config.self)
            let labels = try source.labels()
            let base = try encoder(source, source.root.optional("bert"), config)
            let head = try Linear(
                source.root, ["classifier"], inputs: config.hiddenSize, outputs: labels.count, bias: true)
            try finish(source)
            return TokenClassificationModel(backbone: base, head: head, labels: labels)
        }
        family.questionAnswering = { source in
            let config = try source.decode(Config.self)
            let base = try encoder(source, source.root.optional("bert"), config)
            let head = try Linear(source.root, ["qa_outputs"], inputs: config.hiddenSize, outputs: 2, bias: true)
            try finish(source)
            return QuestionAnsweringModel(backbone: base, head: head)
        }
        return family
    }()

    /// The encoder at a place in the checkpoint. Where positions count from a padding token on, that token's own row is
    /// its id, and the rows after it are those of the others.
    static func encoder(
        _ source: ModelSource, _ scope: WeightScope, _ config: Config, positionsAfter paddingToken: Int? = nil
    ) throws -> EncoderTransformer {
        let (width, epsilon) = (config.hiddenSize, config.layerNormEps)
        let names = scope / "embeddings"
        let table = try (names / "position_embeddings").tensor(
            "weight", shape: Shape(config.maxPositionEmbeddings, width))
        let heads = [source.root / "cls.predictions.decoder", source.root / "lm_head.decoder"]
        var embedding = Embedding(
            tokens: try source.tied(names / "word_embeddings", config.tieWordEmbeddings ? heads : []).tensor(
                "weight", shape: Shape(config.vocabSize, width)),
            segments: config.typeVocabSize == 0
                ? nil
                : try (names / "token_type_embeddings").tensor("weight", shape: Shape(config.typeVocabSize, width)),
            positions: LearnedPositions(weight: table, offset: paddingToken.map { $0 + 1 } ?? 0),
            norm: try names.layerNorm("LayerNorm", width: width, epsilon: epsilon))
        embedding.uncountedToken = paddingToken
        var blocks: [TransformerBlock] = []
        for index in 0..<config.numHiddenLayers {
            blocks.append(try block(scope / "encoder" / "layer" / index, config))
        }
        return EncoderTransformer(
            stack: TransformerStack(embedding: embedding, blocks: blocks, finalNorm: nil), type: source.type,
            engine: source.engine)
    }

    private static func block(_ layer: WeightScope, _ config: Config) throws -> TransformerBlock {
        let (width, epsilon) = (config.hiddenSize, config.layerNormEps)
        let headWidth = width / config.numAttentionHeads
        let attention = layer / "attention"
        return TransformerBlock(
            selfAttention: SelfAttention(
                queryKeyValue: try Linear(
                    attention / "self", ["query", "key", "value"], inputs: width, outputs: width, bias: true),
                output: try Linear(attention / "output", ["dense"], inputs: width, outputs: width, bias: true),
                heads: config.numAttentionHeads, headWidth: headWidth, scale: 1 / Float(headWidth).squareRoot()),
            selfAttentionNorm: try (attention / "output").layerNorm("LayerNorm", width: width, epsilon: epsilon),
            feedForward: FeedForward(
                input: try Linear(
                    layer / "intermediate", ["dense"], inputs: width, outputs: config.intermediateSize, bias: true),
                activation: config.activation,
                output: try Linear(
                    layer / "output", ["dense"], inputs: config.intermediateSize, outputs: width, bias: true)),
            feedForwardNorm: try (layer / "output").layerNorm("LayerNorm", width: width, epsilon: epsilon),
            placement: .afterLayers)
    }

    static func pooler(_ scope: WeightScope, _ config: Config) throws -> Linear {
        try Linear(scope / "pooler", ["dense"], inputs: config.hiddenSize, outputs: config.hiddenSize, bias: true)
    }

    /// To the vocabulary: a matrix of its own, or the embedding where the file has none.
    static func vocabularyHead(
        _ source: ModelSource, _ scope: WeightScope, _ config: Config, _ base: WeightScope
    ) throws -> Linear {
        let shape = Shape(config.vocabSize, config.hiddenSize)
        let embedding = base / "embeddings" / "word_embeddings"
        let own = (scope / "decoder").contains("weight") ? scope / "decoder" : embedding
        let bias = scope.contains("bias") ? scope : scope / "decoder"
        let head = Linear(
            source.weights, matrices: [try own.tensor("weight", shape: shape)],
            biases: [try bias.vector("bias", shape: Shape(config.vocabSize))])
        // The bias may be there under both names.
        source.weights.ignore { $0 == (scope / "decoder").path + ".bias" }
        return head
    }

    private static func finish(_ source: ModelSource) throws {
        try source.finish(
            ignoring: ["cls.", "classifier.", "qa_outputs.", "bert.pooler.", "pooler."], buffers: [".position_ids"])
    }
}
