public import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What every `config.json` says.
public struct ModelConfig: Decodable, Sendable {
    public let modelType: String
    /// The classes that the checkpoint was saved from, such as `BertForMaskedLM`.
    public let architectures: [String]?

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case architectures
    }

    /// Reads a directory's `config.json`.
    ///
    /// - Throws: ``ModelError``.
    public static func read(directory: URL) throws(ModelError) -> (ModelConfig, Data) {
        let path = directory.appending(path: "config.json").path
        guard FileManager.default.fileExists(atPath: path) else { throw .noConfig(directory.path) }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .badConfig(path, "cannot be read: \(error)")
        }
        return (try decode(ModelConfig.self, data, path: path), data)
    }

    package static func decode<Config: Decodable>(_ type: Config.Type, _ data: Data, path: String) throws(ModelError)
        -> Config
    {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw .badConfig(path, error.plainText)
        } catch {
            throw .badConfig(path, "not JSON")
        }
    }
}

/// Loads the model that a directory in the Hugging Face layout holds, without a head.
public enum AutoModel {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> any Backbone {
        let (_, family, source) = try registry.open(directory, type: type, engine: engine)
        return try registry.model(family.backbone, source)
    }
}

/// Loads whichever decoder-only language model a directory holds.
public enum AutoModelForCausalLM {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> any CausalLanguageModel {
        try registry.load(\.causalLM, named: "causal language modelling", directory, type: type, engine: engine)
    }
}

/// Loads whichever encoder–decoder a directory holds.
public enum AutoModelForSeq2SeqLM {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> any Seq2SeqLanguageModel {
        try registry.load(\.seq2SeqLM, named: "sequence to sequence", directory, type: type, engine: engine)
    }
}

/// Loads whichever model that generates text a directory holds, of either kind.
public enum AutoModelForGeneration {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> any GenerativeModel {
        let modelType = try ModelConfig.read(directory: directory).0.modelType
        if let family = registry.families[modelType], family.causalLM == nil, family.seq2SeqLM == nil {
            let types = Set(registry.types(with: \.causalLM) + registry.types(with: \.seq2SeqLM))
            throw ModelError.unsupportedHead(
                directory.appending(path: "config.json").path, modelType: modelType, head: "generating text",
                types: types.sorted())
        }
        let (_, family, source) = try registry.open(directory, type: type, engine: engine)
        if let load = family.seq2SeqLM { return try registry.model(load, source) }
        guard let load = family.causalLM else { preconditionFailure("a head was there a moment ago") }
        return try registry.model(load, source)
    }
}

/// Loads whichever masked language model a directory holds.
public enum AutoModelForMaskedLM {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> MaskedLanguageModel {
        try registry.load(\.maskedLM, named: "masked language modelling", directory, type: type, engine: engine)
    }
}

/// Loads whichever classifier of texts a directory holds.
public enum AutoModelForSequenceClassification {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> SequenceClassificationModel {
        try registry.load(
            \.sequenceClassification, named: "classifying texts", directory, type: type, engine: engine)
    }
}

/// Loads whichever classifier of tokens a directory holds.
public enum AutoModelForTokenClassification {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> TokenClassificationModel {
        try registry.load(\.tokenClassification, named: "classifying tokens", directory, type: type, engine: engine)
    }
}

/// Loads whichever model for extractive question answering a directory holds.
public enum AutoModelForQuestionAnswering {
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> QuestionAnsweringModel {
        try registry.load(\.questionAnswering, named: "answering questions", directory, type: type, engine: engine)
    }
}
