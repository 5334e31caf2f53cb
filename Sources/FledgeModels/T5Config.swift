public import FledgeTensor

/// `config.json` of the T5 family (T5 v1.0 and v1.1, FLAN-T5, mT5, ByT5).
public struct T5Config: ModelConfiguration, Equatable {
    public var vocabSize: Int
    public var dModel: Int
    public var dKv: Int
    public var dFf: Int
    public var numLayers: Int
    public var numDecoderLayers: Int
    public var numHeads: Int
    public var relativeAttentionNumBuckets: Int
    public var relativeAttentionMaxDistance: Int
    public var layerNormEpsilon: Float
    /// `relu`, `gelu`, `gated-gelu`, `gated-silu`, …: the activation, gated or not.
    public var feedForwardProj: String
    public var tieWordEmbeddings: Bool
    /// Whether the decoder's output is multiplied by `d_model^-0.5` before the head. Where the field is absent: yes,
    /// unless ``tieWordEmbeddings`` is false. (Newer exports of FLAN-T5 say `tie_word_embeddings: true` and this.)
    public var scaleDecoderOutputs: Bool
    public var padTokenId: Int
    public var eosTokenId: Int?
    public var decoderStartTokenId: Int
    /// The length that the model was trained with, where the configuration says so.
    public var nPositions: Int?

    enum CodingKeys: String, CodingKey {
        case vocabSize = "vocab_size"
        case dModel = "d_model"
        case dKv = "d_kv"
        case dFf = "d_ff"
        case numLayers = "num_layers"
        case numDecoderLayers = "num_decoder_layers"
        case numHeads = "num_heads"
        case relativeAttentionNumBuckets = "relative_attention_num_buckets"
        case relativeAttentionMaxDistance = "relative_attention_max_distance"
        case layerNormEpsilon = "layer_norm_epsilon"
        case feedForwardProj = "feed_forward_proj"
        case tieWordEmbeddings = "tie_word_embeddings"
        case scaleDecoderOutputs = "scale_decoder_outputs"
        case padTokenId = "pad_token_id"
        case eosTokenId = "eos_token_id"
        case decoderStartTokenId = "decoder_start_token_id"
        case nPositions = "n_positions"
    }

    /// Absent fields take the defaults of the reference's configuration class.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func field<Value: Decodable>(_ key: CodingKeys, _ fallback: Value) throws -> Value {
            try fields.decodeIfPresent(Value.self, forKey: key) ?? fallback
        }
        vocabSize = try fields.decode(Int.self, forKey: .vocabSize)
        dModel = try fields.decode(Int.self, forKey: .dModel)
        dKv = try fields.decode(Int.self, forKey: .dKv)
        dFf = try fields.decode(Int.self, forKey: .dFf)
        numLayers = try fields.decode(Int.self, forKey: .numLayers)
        numDecoderLayers = try field(.numDecoderLayers, numLayers)
        numHeads = try fields.decode(Int.self, forKey: .numHeads)
        relativeAttentionNumBuckets = try field(.relativeAttentionNumBuckets, 32)
        relativeAttentionMaxDistance = try field(.relativeAttentionMaxDistance, 128)
        layerNormEpsilon = try field(.layerNormEpsilon, 1e-6)
        feedForwardProj = try field(.feedForwardProj, "relu")
        tieWordEmbeddings = try field(.tieWordEmbeddings, true)
        scaleDecoderOutputs = try field(.scaleDecoderOutputs, tieWordEmbeddings)
        padTokenId = try field(.padTokenId, 0)
        eosTokenId = try fields.decodeIfPresent(Int.self, forKey: .eosTokenId)
        decoderStartTokenId = try field(.decoderStartTokenId, padTokenId)
        nPositions = try fields.decodeIfPresent(Int.self, forKey: .nPositions)
    }

    /// Width of all heads together.
    public var innerWidth: Int { numHeads * dKv }

    /// Whether the feed-forward layer has a gate.
    public var isGated: Bool { feedForwardProj.hasPrefix("gated-") }

    /// The activation that ``feedForwardProj`` names; nil for one that is not known.
    ///
    /// `gated-gelu` means the tanh form, as the reference reads it.
    public var activation: Activation? {
        switch isGated ? String(feedForwardProj.dropFirst("gated-".count)) : feedForwardProj {
        case "relu": .relu
        case "gelu": isGated ? .geluTanh : .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": .geluTanh
        case "silu", "swish": .silu
        case "tanh": .tanh
        default: nil
        }
    }

    /// What is wrong with the numbers, nil if nothing is: they are foreign input, and sizes are made of them.
    public var complaint: String? {
        let limits: [(String, Int, ClosedRange<Int>)] = [
            ("vocab_size", vocabSize, 1...16_777_216), ("d_model", dModel, 1...262_144), ("d_kv", dKv, 1...65_536),
            ("d_ff", dFf, 1...1_048_576), ("num_layers", numLayers, 0...4096),
            ("num_decoder_layers", numDecoderLayers, 0...4096), ("num_heads", numHeads, 1...4096),
            ("relative_attention_num_buckets", relativeAttentionNumBuckets, 1...65_536),
            ("relative_attention_max_distance", relativeAttentionMaxDistance, 1...16_777_216),
            ("decoder_start_token_id", decoderStartTokenId, 0...max(1, vocabSize) - 1),
        ]
        for (name, value, range) in limits where !range.contains(value) {
            return "\(name) is \(value), outside \(range.lowerBound)…\(range.upperBound)"
        }
        if activation == nil { return "feed_forward_proj “\(feedForwardProj)” is not an activation that Fledge knows" }
        if !(layerNormEpsilon >= 0 && layerNormEpsilon < 1) { return "layer_norm_epsilon is \(layerNormEpsilon)" }
        return nil
    }
}
