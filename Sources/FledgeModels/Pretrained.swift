public import FledgeHub
public import FledgeTensor
public import FledgeTokenizers

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// From a model's name to its files, for whatever loads by name.
public enum Pretrained {
    /// The directory of a model given as a path or as a Hub id, downloaded if it is not in the cache.
    ///
    /// - Throws: ``HubError``.
    public static func directory(
        of model: String, configuration: HubConfiguration? = nil, progress: DownloadProgress.Handler? = nil
    ) async throws -> URL {
        try await Hub.resolve(model, configuration: configuration ?? .fromEnvironment(), progress: progress)
    }
}

/// Loads a kind of model from a directory, and so by name too.
public protocol PretrainedModelLoading {
    associatedtype Model

    /// Loads what a directory in the Hugging Face layout holds.
    ///
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``.
    static func from(
        directory: URL, type: WeightType, engine: Engine, registry: ModelRegistry
    ) throws -> Model
}

extension PretrainedModelLoading {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared,
        registry: ModelRegistry = .standard
    ) async throws -> Model {
        try from(
            directory: try await Pretrained.directory(of: model), type: type, engine: engine, registry: registry)
    }
}

extension AutoModel: PretrainedModelLoading {}
extension AutoModelForCausalLM: PretrainedModelLoading {}
extension AutoModelForSeq2SeqLM: PretrainedModelLoading {}
extension AutoModelForGeneration: PretrainedModelLoading {}
extension AutoModelForMaskedLM: PretrainedModelLoading {}
extension AutoModelForSequenceClassification: PretrainedModelLoading {}
extension AutoModelForTokenClassification: PretrainedModelLoading {}
extension AutoModelForQuestionAnswering: PretrainedModelLoading {}

extension AutoTokenizer {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``TokenizerError``.
    public static func from(pretrained model: String) async throws -> any Tokenizer {
        try from(directory: try await Pretrained.directory(of: model))
    }
}
