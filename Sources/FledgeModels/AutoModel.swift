public import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Which model families there are, by `model_type`.
public struct ModelRegistry: Sendable {
    /// Makes a model from its directory's checkpoint and the bytes of its `config.json`.
    public typealias Seq2SeqLoader =
        @Sendable (_ directory: URL, _ config: Data, WeightType, Engine) throws -> any Seq2SeqLanguageModel

    public private(set) var seq2seq: [String: Seq2SeqLoader] = [:]

    public init() {}

    /// The families that come with Fledge.
    public static let standard: ModelRegistry = {
        var registry = ModelRegistry()
        for name in ["t5", "mt5"] { registry.register(seq2seq: name, loader: loadT5) }
        return registry
    }()

    /// Adds a family, or replaces one.
    public mutating func register(seq2seq modelType: String, loader: @escaping Seq2SeqLoader) {
        seq2seq[modelType] = loader
    }

    private static let loadT5: Seq2SeqLoader = { directory, data, type, engine in
        let path = directory.appending(path: "config.json").path
        let config = try ModelConfig.decode(T5Config.self, data, path: path)
        if let complaint = config.complaint { throw ModelError.badConfig(path, complaint) }
        return try T5(
            checkpoint: Checkpoint(directory: directory.path), config: config, type: type, engine: engine)
    }
}

/// What every `config.json` says.
public struct ModelConfig: Decodable, Sendable {
    public let modelType: String

    enum CodingKeys: String, CodingKey { case modelType = "model_type" }

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

    static func decode<Config: Decodable>(_ type: Config.Type, _ data: Data, path: String) throws(ModelError) -> Config
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

/// Loads whichever encoder–decoder a directory holds.
public enum AutoModelForSeq2SeqLM {
    /// Loads from a directory in the Hugging Face layout; `type` is how the weights are stored in memory.
    ///
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> any Seq2SeqLanguageModel {
        let (config, data) = try ModelConfig.read(directory: directory)
        guard let load = registry.seq2seq[config.modelType] else {
            throw ModelError.unsupportedModelType(
                directory.appending(path: "config.json").path, config.modelType, registry.seq2seq.keys.sorted())
        }
        return try load(directory, data, type, engine)
    }
}
