import FledgeModels
import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension LowRankAdapters {
    /// Writes `adapter_model.safetensors` and `adapter_config.json`.
    func save(to directory: String, model: LearningModel) throws {
        var config = AdapterConfig(
            rank: options.rank, alpha: options.alpha, dropout: options.dropout, targetModules: options.targetModules)
        config.taskType = LowRankAdapters.taskTypes[model.task]
        config.fanInFanOut = !model.family.fresh.inputsFirst.isEmpty
        config.baseModel = model.directory.path
        // PEFT knows layers by the names that the class with a head has.
        let prefix = model.family.fresh.prefixes.first ?? ""
        let needsPrefix =
            !prefix.isEmpty && !layers.contains { $0.name.hasPrefix(prefix + ".") }
            && model.family.modelTypes != ["t5", "mt5"]
        var tensors: [String: Tensor] = [:]
        for layer in layers {
            let name = AdapterCheckpoint.beginning + (needsPrefix ? prefix + "." : "") + layer.name
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
    /// - Throws: ``AdapterError``, ``SafetensorsError``.
    public convenience init(directory: String, for model: LearningModel) throws {
        let saved = try AdapterCheckpoint(directory: directory)
        let shape = { (name: String) in model.parameters[name].map { Array($0.shape) } }
        let layers = try saved.layers(
            inputsFirst: model.family.fresh.inputsFirst, prefixes: model.family.fresh.prefixes, shape: shape)
        guard try saved.replacements(prefixes: model.family.fresh.prefixes, shape: shape).isEmpty else {
            throw AdapterError(
                saved.path, "it also holds whole tensors, which cannot be learned on; merge it into its model first")
        }
        // α / √rank is written as α √rank / rank.
        var options = Options(
            rank: saved.config.rank, alpha: saved.scale * Float(saved.config.rank), dropout: saved.config.dropout ?? 0,
            targetModules: saved.config.targetModules ?? [])
        if !(saved.config.usesRankStabilization ?? false) { options.alpha = saved.config.alpha }
        do {
            try options.check()
        } catch {
            throw AdapterError(directory + "/adapter_config.json", "\(error)")
        }
        func owned(_ tensor: Tensor) -> Tensor {
            Tensor(tensor.converted(to: .float32).scalars, shape: tensor.shape)
        }
        let parameters = layers.map { layer in
            (
                name: layer.name, a: Parameter(name: layer.name + ".lora_A.weight", value: owned(layer.a)),
                b: Parameter(name: layer.name + ".lora_B.weight", value: owned(layer.b))
            )
        }
        self.init(layers: parameters, options: options, type: model.type)
    }
}
