import FledgeModels
public import FledgeTensor

extension TextClassifier {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: as ``from(directory:type:engine:)``, and ``HubError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> TextClassifier {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension EntityRecognizer {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: as ``from(directory:type:engine:)``, and ``HubError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> EntityRecognizer {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension MaskFiller {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: as ``from(directory:type:engine:)``, and ``HubError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> MaskFiller {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

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

extension QuestionAnswerer {
    /// Loads by path or Hub id, downloading what is not in the cache.
    ///
    /// - Throws: as ``from(directory:type:engine:)``, and ``HubError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> QuestionAnswerer {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}
