import FledgeModels
import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension LowRankAdapters {
    /// `adapter_config.json` as PEFT writes it.
    private struct Config: Codable {
        var peftType = "LORA"
        var rank: Int
        var alpha: Float
        var dropout: Float?
        var targetModules: [String]?
        var taskType: String?
        var bias: String? = "none"
        var fanInFanOut: Bool? = false
        var baseModel: String?
        var inferenceMode: Bool? = true
        var usesRankStabilization: Bool? = false
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
    }

    private static let beginning = "base_model.model."

    /// Writes `adapter_model.safetensors` and `adapter_config.json`.
    func save(to directory: String, model: LearningModel) throws {
        let config = Config(
            rank: options.rank, alpha: options.alpha, dropout: options.dropout, targetModules: options.targetModules,
            taskType: LowRankAdapters.taskTypes[model.task], fanInFanOut: !model.family.fresh.inputsFirst.isEmpty,
            baseModel: model.directory.path)
        // PEFT knows layers by the names that the class with a head has.
        let prefix = model.family.fresh.prefixes.first ?? ""
        let needsPrefix =
            !prefix.isEmpty && !layers.contains { $0.name.hasPrefix(prefix + ".") }
            && model.family.modelTypes != ["t5", "mt5"]
        var tensors: [String: Tensor] = [:]
        for layer in layers {
            let name = LowRankAdapters.beginning + (needsPrefix ? prefix + "." : "") + layer.name
            tensors[name + ".lora_A.weight"] = layer.a.value
            tensors[name + ".lora_B.weight"] = layer.b.value
        }
        try model.write(tensors, metadata: ["format": "pt"], to: directory + "/adapter_model.safetensors")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try model.replace(directory + "/adapter_config.json", with: try encoder.encode(config))
    }

    private static let taskTypes: [LearningTask: String] = [
        .causalLM: "CAUSAL_LM", .seq2SeqLM: "SEQ_2_SEQ_LM", .sequenceClassification: "SEQ_CLS",
        .tokenClassification: "TOKEN_CLS", .questionAnswering: "QUESTION_ANS",
    ]

    /// Reads adapters that PEFT or Fledge wrote.
    ///
    /// - Parameters:
    ///   - directory: where `adapter_config.json` and `adapter_model.safetensors` are.
    ///   - model: whose they are.
    /// - Throws: ``TrainingError/badAdapter(_:_:)``, ``SafetensorsError``.
    public convenience init(directory: String, for model: LearningModel) throws {
        let path = directory + "/adapter_config.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TrainingError.badAdapter(path, "there is no such file; give a directory that PEFT or Fledge wrote")
        }
        let config: Config
        do {
            config = try JSONDecoder().decode(Config.self, from: data)
        } catch {
            throw TrainingError.badAdapter(path, "it is not PEFT's description of low-rank adapters")
        }
        guard config.peftType == "LORA", config.rank > 0, config.bias ?? "none" == "none" else {
            throw TrainingError.badAdapter(path, "only LoRA adapters without biases are known, of a rank above 0")
        }
        var options = Options(
            rank: config.rank, alpha: config.alpha, dropout: config.dropout ?? 0,
            targetModules: config.targetModules ?? [])
        do {
            try options.check()
        } catch {
            throw TrainingError.badAdapter(path, "\(error)")
        }
        if config.usesRankStabilization ?? false { options.alpha *= Float(config.rank).squareRoot() }
        let file = try SafetensorsFile(path: directory + "/adapter_model.safetensors")
        var layers: [(name: String, a: Parameter, b: Parameter)] = []
        for name in file.entries.keys.sorted() where name.hasSuffix(".lora_A.weight") {
            let long = String(name.dropLast(".lora_A.weight".count))
            var layer = long.hasPrefix(Self.beginning) ? String(long.dropFirst(Self.beginning.count)) : long
            if model.parameters[layer + ".weight"] == nil, let dot = layer.firstIndex(of: ".") {
                layer = String(layer[layer.index(after: dot)...])
            }
            guard let matrix = model.parameters[layer + ".weight"]?.value, matrix.rank == 2 else {
                throw TrainingError.badAdapter(file.path, "“\(name)” is of no layer of this model")
            }
            let (a, b) = (try file.tensor(name), try file.tensor(long + ".lora_B.weight"))
            let isReversed = model.family.fresh.inputsFirst.contains { (layer + ".weight").hasSuffix($0) }
            let (outputs, inputs) = (matrix.shape[isReversed ? 1 : 0], matrix.shape[isReversed ? 0 : 1])
            guard a.shape == Shape(config.rank, inputs), b.shape == Shape(outputs, config.rank) else {
                throw TrainingError.badAdapter(
                    file.path, "“\(long)” has \(a.shape) and \(b.shape) for a matrix of \(outputs) by \(inputs)")
            }
            func owned(_ tensor: Tensor) -> Tensor {
                Tensor(tensor.converted(to: .float32).scalars, shape: tensor.shape)
            }
            layers.append(
                (
                    layer, Parameter(name: layer + ".lora_A.weight", value: owned(a)),
                    Parameter(name: layer + ".lora_B.weight", value: owned(b))
                ))
        }
        guard !layers.isEmpty else { throw TrainingError.badAdapter(file.path, "it holds no low-rank adapter") }
        self.init(layers: layers, options: options, type: model.type)
    }
}
