public import FledgeModels
public import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A model with its tokenizer that is loaded from a directory, and so by name too.
public protocol PretrainedTask {
    /// Loads model and tokenizer from a directory in the Hugging Face layout.
    ///
    /// - Throws: what reading the files throws.
    static func from(directory: URL, type: WeightType, engine: Engine, registry: ModelRegistry) throws -> Self
}

extension PretrainedTask {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: as ``from(directory:type:engine:registry:)``, and ``HubError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared,
        registry: ModelRegistry = .standard
    ) async throws -> Self {
        try from(
            directory: try await Pretrained.directory(of: model), type: type, engine: engine, registry: registry)
    }
}

extension TextGenerator: PretrainedTask {}
extension TextClassifier: PretrainedTask {}
extension EntityRecognizer: PretrainedTask {}
extension MaskFiller: PretrainedTask {}
extension QuestionAnswerer: PretrainedTask {}

extension TextEmbedder {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: as ``from(directory:pooling:normalizes:type:engine:)``, and ``HubError``.
    public static func from(
        pretrained model: String, pooling: EmbeddingPooling? = nil, normalizes: Bool? = nil,
        type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> TextEmbedder {
        try from(
            directory: try await Pretrained.directory(of: model), pooling: pooling, normalizes: normalizes,
            type: type, engine: engine)
    }
}
