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

extension AutoModel {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> any Backbone {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForCausalLM {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> any CausalLanguageModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForSeq2SeqLM {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> any Seq2SeqLanguageModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForGeneration {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> any GenerativeModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForMaskedLM {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> MaskedLanguageModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForSequenceClassification {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> SequenceClassificationModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForTokenClassification {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> TokenClassificationModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoModelForQuestionAnswering {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``ModelError``, ``SafetensorsError``, ``WeightError``.
    public static func from(
        pretrained model: String, type: WeightType = .float32, engine: Engine = .shared
    ) async throws -> QuestionAnsweringModel {
        try from(directory: try await Pretrained.directory(of: model), type: type, engine: engine)
    }
}

extension AutoTokenizer {
    /// Loads by path or Hub id.
    ///
    /// - Throws: ``HubError``, ``TokenizerError``.
    public static func from(pretrained model: String) async throws -> any Tokenizer {
        try from(directory: try await Pretrained.directory(of: model))
    }
}
