public import FledgeNN
import FledgeTensor

/// `config.json` of the LLaMA family.
public struct LLaMAConfig: ModelConfiguration, Equatable {
    public var vocabSize: Int
    public var hiddenSize: Int
    public var intermediateSize: Int
    public var numHiddenLayers: Int
    public var numAttentionHeads: Int
    public var numKeyValueHeads: Int
    public var headDim: Int?
    public var hiddenAct: String
    public var maxPositionEmbeddings: Int
    public var rmsNormEps: Float
    public var attentionBias: Bool
    public var mlpBias: Bool
    public var tieWordEmbeddings: Bool
    /// Whether the head of token classification has a bias.
    public var tokenClassificationBias: Bool
    public var rope: RotaryConfig

    enum CodingKeys: String, CodingKey {
        case vocabSize = "vocab_size"
        case hiddenSize = "hidden_size"
        case intermediateSize = "intermediate_size"
        case numHiddenLayers = "num_hidden_layers"
        case numAttentionHeads = "num_attention_heads"
        case numKeyValueHeads = "num_key_value_heads"
        case headDim = "head_dim"
        case hiddenAct = "hidden_act"
        case maxPositionEmbeddings = "max_position_embeddings"
        case rmsNormEps = "rms_norm_eps"
        case attentionBias = "attention_bias"
        case mlpBias = "mlp_bias"
        case tieWordEmbeddings = "tie_word_embeddings"
        case tokenClassificationBias = "token_classification_bias"
    }

    /// Absent fields take the defaults of the reference's configuration class.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        vocabSize = try fields.value(.vocabSize, default: 32000)
        hiddenSize = try fields.value(.hiddenSize, default: 4096)
        intermediateSize = try fields.value(.intermediateSize, default: 11008)
        numHiddenLayers = try fields.value(.numHiddenLayers, default: 32)
        numAttentionHeads = try fields.value(.numAttentionHeads, default: 32)
        numKeyValueHeads = try fields.value(.numKeyValueHeads, default: numAttentionHeads)
        headDim = try fields.decodeIfPresent(Int.self, forKey: .headDim)
        hiddenAct = try fields.value(.hiddenAct, default: "silu")
        maxPositionEmbeddings = try fields.value(.maxPositionEmbeddings, default: 2048)
        rmsNormEps = try fields.value(.rmsNormEps, default: 1e-6)
        attentionBias = try fields.value(.attentionBias, default: false)
        mlpBias = try fields.value(.mlpBias, default: false)
        tieWordEmbeddings = try fields.value(.tieWordEmbeddings, default: false)
        tokenClassificationBias = try fields.value(.tokenClassificationBias, default: true)
        rope = try RotaryConfig(from: decoder)
    }

    public var complaint: String? {
        ConfigCheck.outside([
            ("vocab_size", vocabSize, 1...16_777_216), ("hidden_size", hiddenSize, 1...262_144),
            ("intermediate_size", intermediateSize, 1...1_048_576), ("num_hidden_layers", numHiddenLayers, 0...4096),
            ("num_attention_heads", numAttentionHeads, 1...4096),
            ("num_key_value_heads", numKeyValueHeads, 1...4096),
            ("head_dim", headDim ?? 1, 1...65_536),
            ("max_position_embeddings", maxPositionEmbeddings, 1...16_777_216),
        ])
            ?? ConfigCheck.divides("num_key_value_heads", numKeyValueHeads, "num_attention_heads", numAttentionHeads)
            ?? (headDim == nil
                ? ConfigCheck.divides("num_attention_heads", numAttentionHeads, "hidden_size", hiddenSize) : nil)
            ?? (headWidth % 2 == 0 ? nil : "the heads' width is \(headWidth); rotary positions need an even one")
            ?? ConfigCheck.activation("hidden_act", hiddenAct) ?? ConfigCheck.epsilon("rms_norm_eps", rmsNormEps)
            ?? rope.complaint
    }

    /// Width of one head.
    public var headWidth: Int { headDim ?? hiddenSize / numAttentionHeads }

    /// Tokens that the model was made for: `max_position_embeddings`, times the factor where the angles are stretched
    /// evenly or by length (Llama 3's number has the stretch in it).
    public var contextLength: Int {
        switch rope.scaling {
        case .none, .llama3: maxPositionEmbeddings
        case .linear(let factor), .dynamic(let factor): Int(min(Float(maxPositionEmbeddings) * factor, 16_777_216))
        }
    }
}

/// How a configuration describes rotary positions: `rope_theta` and `rope_scaling`, or, in files of transformers 5,
/// `rope_parameters`.
public struct RotaryConfig: Codable, Sendable, Equatable {
    public var base: Float
    public var scaling: RotaryPositions.Scaling
    /// What is wrong, nil if nothing is.
    public private(set) var complaint: String?

    enum CodingKeys: String, CodingKey {
        case ropeTheta = "rope_theta"
        case ropeScaling = "rope_scaling"
        case ropeParameters = "rope_parameters"
    }

    private struct Parameters: Codable {
        var ropeType: String?
        var type: String?
        var ropeTheta: Float?
        var factor: Float?
        var lowFreqFactor: Float?
        var highFreqFactor: Float?
        var originalMaxPositionEmbeddings: Int?

        enum CodingKeys: String, CodingKey {
            case ropeType = "rope_type"
            case type
            case ropeTheta = "rope_theta"
            case factor
            case lowFreqFactor = "low_freq_factor"
            case highFreqFactor = "high_freq_factor"
            case originalMaxPositionEmbeddings = "original_max_position_embeddings"
        }
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let parameters =
            try fields.decodeIfPresent(Parameters.self, forKey: .ropeParameters)
            ?? fields.decodeIfPresent(Parameters.self, forKey: .ropeScaling)
        let theta = try fields.decodeIfPresent(Float.self, forKey: .ropeTheta)
        base = parameters?.ropeTheta ?? theta ?? 10_000
        scaling = .none
        if !(base > 0 && base.isFinite) { complaint = "rope_theta is \(base); it must be above 0" }
        let type = parameters?.ropeType ?? parameters?.type ?? "default"
        let factor = parameters?.factor ?? 0
        if type != "default" && !(factor >= 1 && factor.isFinite) {
            complaint = "the rope factor is \(factor); it must be 1 or more"
            return
        }
        switch type {
        case "default": break
        case "linear": scaling = .linear(factor: factor)
        case "dynamic": scaling = .dynamic(factor: factor)
        case "llama3":
            guard let low = parameters?.lowFreqFactor, let high = parameters?.highFreqFactor,
                let length = parameters?.originalMaxPositionEmbeddings, low > 0, high > low, length > 0
            else {
                complaint =
                    "rope scaling llama3 needs low_freq_factor, a larger high_freq_factor, "
                    + "and original_max_position_embeddings"
                return
            }
            scaling = .llama3(
                factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalLength: length)
        default: complaint = "rope type “\(type)” is not one that Fledge knows (default, linear, dynamic, llama3)"
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(base, forKey: .ropeTheta)
        var parameters = Parameters()
        switch scaling {
        case .none: return
        case .linear(let factor):
            (parameters.ropeType, parameters.factor) = ("linear", factor)
        case .dynamic(let factor):
            (parameters.ropeType, parameters.factor) = ("dynamic", factor)
        case .llama3(let factor, let low, let high, let length):
            (parameters.ropeType, parameters.factor) = ("llama3", factor)
            (parameters.lowFreqFactor, parameters.highFreqFactor) = (low, high)
            parameters.originalMaxPositionEmbeddings = length
        }
        try fields.encode(parameters, forKey: .ropeScaling)
    }
}
