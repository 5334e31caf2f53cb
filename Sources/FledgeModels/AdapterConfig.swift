#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `adapter_config.json` as PEFT writes it.
public struct AdapterConfig: Codable, Sendable {
    public var peftType = "LORA"
    public var rank: Int
    public var alpha: Float
    public var dropout: Float?
    /// Ends of the names of the layers that have an adapter. PEFT also allows a pattern, which is not needed to read one.
    public var targetModules: [String]?
    public var taskType: String?
    public var bias: String? = "none"
    public var fanInFanOut: Bool? = false
    public var baseModel: String?
    public var inferenceMode: Bool? = true
    /// Whether α is divided by √rank.
    public var usesRankStabilization: Bool? = false

    enum CodingKeys: String, CodingKey {
        case peftType = "peft_type"
        case rank = "r"
        case alpha = "lora_alpha"
        case dropout = "lora_dropout"
        case targetModules = "target_modules"
        case taskType = "task_type"
        case bias
        case fanInFanOut = "fan_in_fan_out"
        case baseModel = "base_model_name_or_path"
        case inferenceMode = "inference_mode"
        case usesRankStabilization = "use_rslora"
    }

    public init(rank: Int, alpha: Float, dropout: Float, targetModules: [String]) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.targetModules = targetModules
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        peftType = try container.decode(String.self, forKey: .peftType)
        rank = try container.decode(Int.self, forKey: .rank)
        alpha = try container.decode(Float.self, forKey: .alpha)
        dropout = try container.decodeIfPresent(Float.self, forKey: .dropout)
        targetModules = try? container.decodeIfPresent([String].self, forKey: .targetModules)
        taskType = try container.decodeIfPresent(String.self, forKey: .taskType)
        bias = try container.decodeIfPresent(String.self, forKey: .bias)
        fanInFanOut = try container.decodeIfPresent(Bool.self, forKey: .fanInFanOut)
        baseModel = try container.decodeIfPresent(String.self, forKey: .baseModel)
        inferenceMode = try container.decodeIfPresent(Bool.self, forKey: .inferenceMode)
        usesRankStabilization = try container.decodeIfPresent(Bool.self, forKey: .usesRankStabilization)
    }

    /// What changes the arithmetic and is not known here.
    private struct Others: Decodable {
        let useDora: Bool?
        let loraBias: Bool?
        let rankPattern: [String: Int]?
        let alphaPattern: [String: Float]?
        let targetParameters: [String]?
        enum CodingKeys: String, CodingKey {
            case useDora = "use_dora"
            case loraBias = "lora_bias"
            case rankPattern = "rank_pattern"
            case alphaPattern = "alpha_pattern"
            case targetParameters = "target_parameters"
        }
    }

    /// Reads and checks the file.
    ///
    /// - Throws: ``AdapterError``.
    public init(path: String) throws(AdapterError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AdapterError(path, "there is no such file; give a directory that PEFT or Fledge wrote")
        }
        let others: Others
        do {
            self = try JSONDecoder().decode(AdapterConfig.self, from: data)
            others = try JSONDecoder().decode(Others.self, from: data)
        } catch {
            throw AdapterError(path, "it is not PEFT's description of low-rank adapters")
        }
        guard peftType == "LORA", 1...65_536 ~= rank, bias ?? "none" == "none", alpha.isFinite else {
            throw AdapterError(
                path, "only LoRA adapters without biases are known, of a rank from 1 to 65536 and a finite alpha")
        }
        let unknown = [
            ("use_dora", others.useDora ?? false), ("lora_bias", others.loraBias ?? false),
            ("rank_pattern", !(others.rankPattern ?? [:]).isEmpty),
            ("alpha_pattern", !(others.alphaPattern ?? [:]).isEmpty),
            ("target_parameters", !(others.targetParameters ?? []).isEmpty),
        ]
        if let (name, _) = unknown.first(where: \.1) {
            throw AdapterError(path, "it asks for \(name), which Fledge does not know")
        }
    }
}
