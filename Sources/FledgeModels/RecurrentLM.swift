import FledgeNN
public import FledgeTensor

/// The language models before transformers: an embedding, layers of an LSTM (Sundermeyer et al. 2012) or a GRU, and a
/// projection to the vocabulary. There is no context window: what came before is in a state of fixed size.
///
/// The configuration is Fledge's own. Tensors are called as in PyTorch's example of a word language model, so that its
/// `state_dict` loads: `encoder.weight`, `rnn.weight_ih_l0`, …, `decoder.weight`, `decoder.bias`.
public enum RecurrentLM {
    /// `config.json` of an `lstm_lm` or a `gru_lm`.
    public struct Config: ModelConfiguration, Equatable {
        public var modelType: String
        public var vocabSize: Int
        /// Numbers of a layer's state.
        public var hiddenSize: Int
        /// Numbers of a token's embedding; as many as ``hiddenSize`` where the file does not say.
        public var embeddingSize: Int
        public var numLayers: Int
        /// Whether the projection to the vocabulary is the embedding.
        public var tieWordEmbeddings: Bool

        enum CodingKeys: String, CodingKey {
            case modelType = "model_type"
            case vocabSize = "vocab_size"
            case hiddenSize = "hidden_size"
            case embeddingSize = "embedding_size"
            case numLayers = "num_layers"
            case tieWordEmbeddings = "tie_word_embeddings"
        }

        /// The vocabulary and the state's size must be there.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            modelType = try fields.decode(String.self, forKey: .modelType)
            vocabSize = try fields.decode(Int.self, forKey: .vocabSize)
            hiddenSize = try fields.decode(Int.self, forKey: .hiddenSize)
            embeddingSize = try fields.value(.embeddingSize, default: hiddenSize)
            numLayers = try fields.value(.numLayers, default: 1)
            tieWordEmbeddings = try fields.value(.tieWordEmbeddings, default: false)
        }

        public var complaint: String? {
            let outside = ConfigCheck.outside([
                ("vocab_size", vocabSize, 1...16_777_216), ("hidden_size", hiddenSize, 1...65_536),
                ("embedding_size", embeddingSize, 1...262_144), ("num_layers", numLayers, 1...1024),
            ])
            if outside == nil, tieWordEmbeddings, embeddingSize != hiddenSize {
                return "tie_word_embeddings needs an embedding_size (\(embeddingSize)) like hidden_size (\(hiddenSize))"
            }
            return outside
        }

        /// What the layers are made of.
        public var cell: Recurrence.Cell { modelType == "gru_lm" ? .gru : .lstm }
    }

    /// Begins as torch's layers and its example begin: ±1/√hidden_size within the layers, else ±0.1.
    private static let fresh = FreshWeights(bound: { name, fields in
        if name.hasPrefix("rnn.") { return 1 / Float(max(1, fields.hiddenSize ?? 1)).squareRoot() }
        return name.hasSuffix(".weight") ? fields.initializerRange ?? 0.1 : nil
    })

    public static let family: ModelFamily = {
        var family = ModelFamily(["lstm_lm", "gru_lm"]) { source in try load(source, hasHead: false) }
        family.fresh = fresh
        family.causalLM = { source in try load(source, hasHead: true) }
        return family
    }()

    private static func load(_ source: ModelSource, hasHead: Bool) throws -> RecurrentLanguageModel {
        let config = try source.decode(Config.self)
        let embedding = try (source.root / "encoder").tensor(
            "weight", shape: Shape(config.vocabSize, config.embeddingSize))
        let layers = try Recurrent(
            source.root / "rnn", cell: config.cell, inputs: config.embeddingSize, width: config.hiddenSize,
            layers: config.numLayers)
        var head: Linear?
        if hasHead {
            let scope = source.root / "decoder"
            let matrix =
                config.tieWordEmbeddings
                ? embedding : try scope.tensor("weight", shape: Shape(config.vocabSize, config.hiddenSize))
            let bias = try scope.vector("bias", shape: Shape(config.vocabSize))
            head = Linear(source.weights, matrices: [matrix], biases: [bias])
        }
        // A tied file may hold the embedding twice.
        try source.finish(ignoring: hasHead ? (config.tieWordEmbeddings ? ["decoder.weight"] : []) : ["decoder."])
        return RecurrentLanguageModel(
            embedding: embedding, layers: layers, head: head, hiddenSize: config.hiddenSize, type: source.type,
            engine: source.engine)
    }
}
