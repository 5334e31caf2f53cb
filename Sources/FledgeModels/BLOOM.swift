import FledgeNN
import FledgeTensor

/// BLOOM (BigScience 2022): attention with linear biases, a norm after the embedding, queries, keys and values of each
/// head beside one another in one matrix.
public enum BLOOM {
    /// `config.json` of BLOOM.
    public struct Config: ModelConfiguration, Equatable {
        public var vocabSize: Int
        public var hiddenSize: Int
        public var nLayer: Int
        public var nHead: Int
        public var layerNormEpsilon: Float
        public var applyResidualConnectionPostLayernorm: Bool
        public var tieWordEmbeddings: Bool
        /// The length that the model was trained with, where the configuration says so.
        public var seqLength: Int?

        enum CodingKeys: String, CodingKey {
            case vocabSize = "vocab_size"
            case hiddenSize = "hidden_size"
            case nEmbed = "n_embed"
            case nLayer = "n_layer"
            case numHiddenLayers = "num_hidden_layers"
            case nHead = "n_head"
            case numAttentionHeads = "num_attention_heads"
            case layerNormEpsilon = "layer_norm_epsilon"
            case applyResidualConnectionPostLayernorm = "apply_residual_connection_post_layernorm"
            case tieWordEmbeddings = "tie_word_embeddings"
            case seqLength = "seq_length"
        }

        /// Absent fields take the defaults of the reference's configuration class; of two names for one
        /// number the same counts as there.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            func number(_ names: [CodingKeys], default fallback: Int) throws -> Int {
                for name in names {
                    if let value = try fields.decodeIfPresent(Int.self, forKey: name) { return value }
                }
                return fallback
            }
            vocabSize = try fields.value(.vocabSize, default: 250_880)
            hiddenSize = try number([.nEmbed, .hiddenSize], default: 64)
            nLayer = try number([.numHiddenLayers, .nLayer], default: 2)
            nHead = try number([.numAttentionHeads, .nHead], default: 8)
            layerNormEpsilon = try fields.value(.layerNormEpsilon, default: 1e-5)
            applyResidualConnectionPostLayernorm = try fields.value(
                .applyResidualConnectionPostLayernorm, default: false)
            tieWordEmbeddings = try fields.value(.tieWordEmbeddings, default: true)
            seqLength = try fields.decodeIfPresent(Int.self, forKey: .seqLength)
        }

        public func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(vocabSize, forKey: .vocabSize)
            try fields.encode(hiddenSize, forKey: .hiddenSize)
            try fields.encode(nLayer, forKey: .nLayer)
            try fields.encode(nHead, forKey: .nHead)
            try fields.encode(layerNormEpsilon, forKey: .layerNormEpsilon)
            try fields.encode(applyResidualConnectionPostLayernorm, forKey: .applyResidualConnectionPostLayernorm)
            try fields.encode(tieWordEmbeddings, forKey: .tieWordEmbeddings)
            try fields.encodeIfPresent(seqLength, forKey: .seqLength)
        }

        public var complaint: String? {
            ConfigCheck.outside([
                ("vocab_size", vocabSize, 1...16_777_216), ("hidden_size", hiddenSize, 1...262_144),
                ("n_layer", nLayer, 0...4096), ("n_head", nHead, 1...4096),
                ("seq_length", seqLength ?? 1, 1...16_777_216),
            ])
                ?? ConfigCheck.divides("n_head", nHead, "hidden_size", hiddenSize)
                ?? ConfigCheck.epsilon("layer_norm_epsilon", layerNormEpsilon)
        }
    }

    public static let family = DecoderOnlyFamily(
        modelTypes: ["bloom"], prefixes: ["transformer"], tokenHead: "classifier", buffers: []
    ) { source, scope in
        let config = try source.decode(Config.self)
        let (width, epsilon) = (config.hiddenSize, config.layerNormEpsilon)
        let copies = config.tieWordEmbeddings ? [source.root / "lm_head"] : []
        let tokens = try source.tied(scope / "word_embeddings", copies).tensor(
            "weight", shape: Shape(config.vocabSize, width))
        var blocks: [TransformerBlock] = []
        for index in 0..<config.nLayer { blocks.append(try block(scope / "h" / index, config)) }
        let stack = TransformerStack(
            embedding: Embedding(
                tokens: tokens, positions: ALiBi(heads: config.nHead),
                norm: try scope.layerNorm("word_embeddings_layernorm", width: width, epsilon: epsilon)),
            blocks: blocks, finalNorm: try scope.layerNorm("ln_f", width: width, epsilon: epsilon))
        return .init(
            stack: stack, embedding: tokens, contextLength: config.seqLength, tiesEmbeddings: config.tieWordEmbeddings)
    }.family

    private static func block(_ layer: WeightScope, _ config: Config) throws -> TransformerBlock {
        let (width, epsilon) = (config.hiddenSize, config.layerNormEpsilon)
        let headWidth = width / config.nHead
        return TransformerBlock(
            selfAttention: SelfAttention(
                queryKeyValue: try queryKeyValue(layer / "self_attention" / "query_key_value", config),
                output: try Linear(
                    layer / "self_attention", ["dense"], inputs: width, outputs: width, bias: true),
                heads: config.nHead, headWidth: headWidth, scale: 1 / Float(headWidth).squareRoot()),
            selfAttentionNorm: try layer.layerNorm("input_layernorm", width: width, epsilon: epsilon),
            feedForward: FeedForward(
                input: try Linear(
                    layer / "mlp", ["dense_h_to_4h"], inputs: width, outputs: 4 * width, bias: true),
                activation: .geluTanh,
                output: try Linear(
                    layer / "mlp", ["dense_4h_to_h"], inputs: 4 * width, outputs: width, bias: true)),
            feedForwardNorm: try layer.layerNorm("post_attention_layernorm", width: width, epsilon: epsilon),
            placement: config.applyResidualConnectionPostLayernorm ? .beforeLayersAndResidual : .beforeLayers)
    }

    /// The file's rows are [heads, 3, head width]: all queries, then all keys, then all values are made of them.
    private static func queryKeyValue(_ scope: WeightScope, _ config: Config) throws -> Linear {
        let width = config.hiddenSize
        let headWidth = width / config.nHead
        let matrix = try scope.tensor("weight", shape: Shape(3 * width, width))
        let bias = try scope.vector("bias", shape: Shape(3 * width))
        guard matrix.elementCount > 0, bias.elementCount > 0 else {
            return Linear(scope.loader, matrices: [matrix], biases: [])
        }
        var (matrices, biases): ([Tensor], [Tensor]) = ([], [])
        for part in 0..<3 {
            for head in 0..<config.nHead {
                let start = (head * 3 + part) * headWidth
                matrices.append(matrix.sliced(0, start..<start + headWidth))
                biases.append(bias.sliced(0, start..<start + headWidth))
            }
        }
        return Linear(scope.loader, matrices: matrices, biases: biases)
    }
}
