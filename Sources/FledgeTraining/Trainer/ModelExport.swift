import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension LearningModel {
    /// Writes the model into a directory as the ecosystem reads it: `model.safetensors` and `config.json`, or, while it has
    /// adapters, those in PEFT's format; and copies of other files.
    ///
    /// - Throws: ``CheckpointError``, ``SafetensorsError``, ``TrainingError``.
    public func export(to directory: String, copying files: [String] = []) throws {
        try CheckpointFiles.createDirectory(directory)
        if let adapters {
            try adapters.save(to: directory, model: self)
        } else {
            try write(weights, metadata: ["format": "pt"], to: directory + "/model.safetensors")
            try replace(directory + "/config.json", with: exportedConfig())
        }
        for file in files {
            let target = directory + "/" + URL(filePath: file).lastPathComponent
            guard URL(filePath: file).standardizedFileURL.path != URL(filePath: target).standardizedFileURL.path else {
                continue
            }
            try replace(target, with: try contents(of: file))
        }
    }

    /// The configuration with the name of the class that transformers loads such a model with.
    private func exportedConfig() throws -> Data {
        guard case .object(var fields) = try JSONDecoder().decode(OpaqueJSON.self, from: config) else { return config }
        if case .string(let type) = fields["model_type"] ?? .null, let prefix = LearningModel.classPrefixes[type] {
            let suffix =
                switch task {
                case .causalLM: type == "gpt2" ? "LMHeadModel" : "ForCausalLM"
                case .maskedLM: "ForMaskedLM"
                case .seq2SeqLM: "ForConditionalGeneration"
                case .sequenceClassification: "ForSequenceClassification"
                case .tokenClassification: "ForTokenClassification"
                case .questionAnswering: "ForQuestionAnswering"
                }
            fields["architectures"] = .array([.string(prefix + suffix)])
        }
        // The file's numbers are float32, whatever the model was read from.
        fields["dtype"] = .string("float32")
        fields["torch_dtype"] = nil
        return try ConfigText(config).rewritten(as: fields)
    }

    private static let classPrefixes = [
        "gpt2": "GPT2", "llama": "Llama", "bloom": "Bloom", "bert": "Bert", "roberta": "Roberta",
        "xlm-roberta": "XLMRoberta", "camembert": "Camembert", "t5": "T5", "mt5": "MT5", "bart": "Bart",
    ]

    func write(_ tensors: [String: Tensor], metadata: [String: String], to path: String) throws {
        try SafetensorsWriter.write(tensors, metadata: metadata, as: .float32, to: path)
    }

    func replace(_ path: String, with data: Data) throws {
        let partial = path + ".partial"
        do {
            try data.write(to: URL(filePath: partial))
        } catch {
            try? CheckpointFiles.remove(partial)
            throw CheckpointError.unwritable(path, "there may be no room on its disk")
        }
        try CheckpointFiles.move(partial, to: path)
    }

    private func contents(of path: String) throws -> Data {
        var bytes: [UInt8] = []
        try CheckpointFiles.read(path) { bytes.append(contentsOf: $0) }
        return Data(bytes)
    }
}
