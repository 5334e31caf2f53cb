import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A family of models: how each of the heads that it has is loaded.
///
/// A family is a value, made in its own file and put into a ``ModelRegistry``; one from outside the package registers
/// itself in the same way.
public struct ModelFamily: Sendable {
    public typealias Loader<Model> = @Sendable (ModelSource) throws -> Model

    /// The `model_type`s of `config.json` that are this family.
    public let modelTypes: [String]
    public var backbone: Loader<any Backbone>
    public var causalLM: Loader<any CausalLanguageModel>?
    public var seq2SeqLM: Loader<any Seq2SeqLanguageModel>?
    public var maskedLM: Loader<MaskedLanguageModel>?
    public var sequenceClassification: Loader<SequenceClassificationModel>?
    public var tokenClassification: Loader<TokenClassificationModel>?
    public var questionAnswering: Loader<QuestionAnsweringModel>?
    /// How a model without a checkpoint begins.
    public var fresh = FreshWeights()

    public init(_ modelTypes: [String], backbone: @escaping Loader<any Backbone>) {
        self.modelTypes = modelTypes
        self.backbone = backbone
    }
}

/// Which model families there are, by `model_type`.
public struct ModelRegistry: Sendable {
    public private(set) var families: [String: ModelFamily] = [:]
    /// Low-rank adapters that models are loaded with; see ``adapting(with:)``.
    var adapter: URL?

    public init() {}

    /// The families that come with Fledge.
    public static let standard: ModelRegistry = {
        var registry = ModelRegistry()
        let families = [
            T5.family, BART.family, BERT.family, RoBERTa.family, GPT2.family, BLOOM.family, LLaMA.family,
            RecurrentLM.family,
        ]
        for family in families { registry.register(family) }
        return registry
    }()

    /// Adds a family, or replaces one.
    public mutating func register(_ family: ModelFamily) {
        for type in family.modelTypes { families[type] = family }
    }

    /// The `model_type`s whose family has a head.
    func types<Model>(with head: KeyPath<ModelFamily, ModelFamily.Loader<Model>?>) -> [String] {
        families.filter { $0.value[keyPath: head] != nil }.keys.sorted()
    }

    /// What a directory holds, and the family that it is of.
    ///
    /// - Throws: ``ModelError``, ``SafetensorsError``.
    func open(
        _ directory: URL, type: WeightType, engine: Engine
    ) throws -> (config: ModelConfig, family: ModelFamily, source: ModelSource) {
        let (config, data) = try ModelConfig.read(directory: directory)
        let path = directory.appending(path: "config.json").path
        guard let family = families[config.modelType] else {
            throw ModelError.unsupportedModelType(path, config.modelType, families.keys.sorted())
        }
        let weights = try weights(directory, of: family, type: type, engine: engine)
        return (config, family, ModelSource(directory: directory, config: data, weights: weights))
    }

    /// Loads a directory's model with a head that not every family has.
    func load<Model>(
        _ head: KeyPath<ModelFamily, ModelFamily.Loader<Model>?>, named name: String, _ directory: URL,
        type: WeightType, engine: Engine
    ) throws -> Model {
        // The family is looked at before the weights are: a wrong kind of model is the better message.
        let config = try ModelConfig.read(directory: directory).0
        if let family = families[config.modelType], family[keyPath: head] == nil {
            throw ModelError.unsupportedHead(
                directory.appending(path: "config.json").path, modelType: config.modelType, head: name,
                types: types(with: head))
        }
        let (_, family, source) = try open(directory, type: type, engine: engine)
        guard let load = family[keyPath: head] else { preconditionFailure("a head was there a moment ago") }
        return try model(load, source)
    }
}
