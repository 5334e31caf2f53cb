public import FledgeModels
public import FledgeNN
public import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A model that learns: its configuration, its parameters, and the loss of a batch.
///
/// The loss is computed by the same layers that generation uses. They are values, made from the parameters anew for every
/// loss; making them costs one pass over the weights.
public final class LearningModel {
    public let task: LearningTask
    public let parameters: ParameterSet
    /// The bytes of `config.json`.
    public let config: Data
    /// Where the model came from; files beside its weights are copied from there.
    public let directory: URL
    /// What products are computed in. Parameters that are learned are float32 in any case; those that are not are held
    /// only in this type, and in int8 none but adapters can be learned.
    public let type: WeightType
    public let engine: Engine
    /// Adapters that learn instead of the matrices that they belong to.
    public private(set) var adapters: LowRankAdapters?
    /// The share of a cross-entropy that is the mean over all classes instead: transformers' `label_smoothing_factor`.
    public var labelSmoothing: Float = 0
    /// What a sequence must keep to, as found when the layers were first made.
    public private(set) var limits = ExampleLimits()
    /// Whether a classifier's outputs are numbers for themselves.
    var isRegression: Bool { limits.isRegression }
    let family: ModelFamily
    private let padToken: Int
    private let configPath: String

    /// Continues from a directory's checkpoint. A head that it lacks begins as the family's reference begins.
    ///
    /// - Parameters:
    ///   - directory: the model.
    ///   - config: instead of the directory's `config.json`, such as one with other labels.
    ///   - task: what it learns.
    ///   - type: what products are computed in: float32, bfloat16, or int8 for a model that only adapters learn in.
    ///   - seed: of what the checkpoint lacks.
    ///   - registry: the model families.
    ///   - engine: what computes.
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TrainingError``.
    public init(
        directory: URL, config: Data? = nil, task: LearningTask, type: WeightType = .float32, seed: UInt64 = 0,
        registry: ModelRegistry = .standard, engine: Engine = .shared
    ) throws {
        let (own, data) = try ModelConfig.read(directory: directory)
        let path = directory.appending(path: "config.json").path
        guard let family = registry.families[own.modelType] else {
            throw ModelError.unsupportedModelType(path, own.modelType, registry.families.keys.sorted())
        }
        self.config = config ?? data
        configPath = path
        (self.family, self.task, self.type, self.engine, self.directory) = (family, task, type, engine, directory)
        let fields = try ModelConfig.decode(FreshWeights.Fields.self, self.config, path: path)
        padToken = fields.padTokenId ?? 0
        let heads = LearningModel.heads
        parameters = try ParameterSet(Checkpoint(directory: directory.path)) { name, shape in
            guard heads.contains(where: { name.hasPrefix($0) }) else { return nil }
            return family.fresh.initial(name, shape, fields, seed: seed)
        }
        try prepare()
    }

    /// Begins without a checkpoint, as the family's reference begins.
    ///
    /// - Parameters:
    ///   - config: the bytes of a `config.json`.
    ///   - path: where they came from, for errors.
    ///   - task: what it learns.
    ///   - type: what products are computed in: float32, bfloat16, or int8 for a model that only adapters learn in.
    ///   - seed: of the first numbers.
    ///   - registry: the model families.
    ///   - engine: what computes.
    /// - Throws: ``ModelError``, ``WeightError``, ``TrainingError``.
    public init(
        config: Data, path: String, task: LearningTask, type: WeightType = .float32, seed: UInt64 = 0,
        registry: ModelRegistry = .standard, engine: Engine = .shared
    ) throws {
        let modelType = try ModelConfig.decode(ModelConfig.self, config, path: path).modelType
        guard let family = registry.families[modelType] else {
            throw ModelError.unsupportedModelType(path, modelType, registry.families.keys.sorted())
        }
        self.config = config
        (self.family, self.task, self.type, self.engine) = (family, task, type, engine)
        configPath = path
        directory = URL(filePath: path).deletingLastPathComponent()
        padToken = try ModelConfig.decode(FreshWeights.Fields.self, config, path: path).padTokenId ?? 0
        parameters = try family.fresh.parameters(config: config, path: path, seed: seed)
        try prepare()
    }

    /// Beginnings of the names of heads, which a checkpoint of another head lacks.
    private static let heads = [
        "classifier.", "score.", "qa_outputs.", "lm_head.", "cls.", "classification_head.", "bert.pooler.", "pooler.",
    ]

    /// Makes the layers once, so that every parameter is there and errors come early.
    private func prepare() throws {
        // Other types can only be learned around.
        guard type == .float32 || type == .bfloat16 || type == .int8 else {
            throw TrainingError.unsupportedType(type.rawValue)
        }
        // What it is made for is the parameters and the errors: numbers stay in the file until it is known which are learned.
        parameters.isFrozen = true
        defer { parameters.isFrozen = false }
        limits = LearningModel.limits(try makeLayers(dropout: nil))
        for name in family.fresh.buffers { parameters[name]?.isTrainable = false }
    }

    /// Lets adapters learn instead of the matrices that they belong to: everything else is frozen.
    ///
    /// - Throws: ``TrainingError`` if no layer matches, or one cannot have an adapter.
    public func adapt(_ options: LowRankAdapters.Options, seed: UInt64) throws {
        adapters = try LowRankAdapters(
            parameters, options: options, inputsFirst: family.fresh.inputsFirst, type: type, seed: seed)
        _ = try makeLayers(dropout: nil)
    }

    /// Goes on with adapters that were saved.
    ///
    /// - Throws: ``TrainingError``, ``SafetensorsError``.
    public func adapt(_ saved: LowRankAdapters) throws {
        adapters = saved
        for parameter in parameters.parameters { parameter.isTrainable = false }
        _ = try makeLayers(dropout: nil)
    }

    /// Adds the adapters to the matrices that they belong to, and forgets them.
    public func mergeAdapters() {
        for layer in adapters?.layers ?? [] {
            guard let parameter = parameters[layer.name + ".weight"], let scale = adapters?.options.scale else {
                continue
            }
            var delta = layer.b.value.matmul(layer.a.value) * scale
            if family.fresh.inputsFirst.contains(where: { parameter.name.hasSuffix($0) }) {
                delta = delta.transposed(0, 1).contiguous()
            }
            parameter.value.addInPlace(delta)
        }
        adapters = nil
        parameters.forgetPacked()
    }

    /// The layers for one loss.
    enum Layers {
        case causal(any TrainableCausalModel)
        case masked(MaskedLanguageModel)
        case seq2Seq(EncoderDecoderTransformer)
        case sequence(SequenceClassificationModel)
        case token(TokenClassificationModel)
        case answer(QuestionAnsweringModel)
    }

    /// - Throws: ``TrainingError/wholeModel(_:)`` where weights would have to be learned that are stored in int8.
    func checkWhatLearns() throws(TrainingError) {
        if type == .int8, adapters == nil { throw .wholeModel(type.rawValue) }
    }

    func makeLayers(dropout: Dropout?) throws -> Layers {
        let loader = WeightLoader(
            parameters, type: type, isDifferentiable: true, dropout: dropout,
            adapters: adapters?.tensors(dropout: dropout) ?? [:], engine: engine)
        let source = ModelSource(directory: directory, config: config, configPath: configPath, weights: loader)
        func need<Model>(_ load: ModelFamily.Loader<Model>?) throws -> Model {
            guard let load else { throw TrainingError.noHead(task.rawValue, family.modelTypes[0]) }
            return try load(source)
        }
        func cast<Wanted>(_ model: Any) throws -> Wanted {
            guard let model = model as? Wanted else { throw TrainingError.noHead(task.rawValue, family.modelTypes[0]) }
            return model
        }
        defer { withExtendedLifetime(loader) {} }
        let layers: Layers =
            switch task {
            case .causalLM: .causal(try cast(try need(family.causalLM)))
            case .maskedLM: .masked(try need(family.maskedLM))
            case .seq2SeqLM: .seq2Seq(try cast(try need(family.seq2SeqLM)))
            case .sequenceClassification: .sequence(try need(family.sequenceClassification))
            case .tokenClassification: .token(try need(family.tokenClassification))
            case .questionAnswering: .answer(try need(family.questionAnswering))
            }
        if let layer = loader.adapters.keys.sorted().first(where: { !loader.usedAdapters.contains($0) }) {
            throw TrainingError.cannotAdapt(layer)
        }
        return layers
    }

    /// The loss of a batch: `[1]`, the sum over its labels times `factor`, differentiable in the parameters.
    ///
    /// - Throws: ``ModelError`` for a sequence that the model cannot take, ``TrainingError`` for labels of another task.
    public func loss(_ batch: TrainingBatch, factor: Float, dropout: Dropout? = nil) throws -> Tensor {
        let layers = try makeLayers(dropout: dropout)
        let smoothing = labelSmoothing
        let sequences = batch.examples.map { TokenSequence($0.inputIDs, typeIDs: $0.segmentIDs ?? []) }
        switch layers {
        case .causal(let model):
            try check(sequences, model)
            return model.loss(
                sequences, labels: try tokenLabels(batch, below: model.vocabularySize), factor: factor,
                smoothing: smoothing)
        case .masked(let model):
            try check(sequences, model.backbone)
            return model.loss(
                sequences, labels: try tokenLabels(batch, below: model.backbone.vocabularySize), factor: factor,
                smoothing: smoothing)
        case .seq2Seq(let model):
            try check(sequences, model)
            let targets = try batch.examples.map { example in
                guard case .target(let ids) = example.labels else { throw TrainingError.wrongLabels(task.rawValue) }
                try model.validate(ids.filter { $0 >= 0 })
                return ids
            }
            return model.loss(
                sequences.map(\.ids), targets: targets, padToken: padToken, factor: factor, smoothing: smoothing)
        case .sequence(let model):
            try check(sequences, model.backbone)
            if let classes = try classes(batch, model.labels) {
                return model.loss(sequences, classes: classes, factor: factor, smoothing: smoothing)
            }
            return model.loss(
                sequences, targets: try numbers(batch, model.labels), factor: factor,
                isRegression: model.labels.isRegression)
        case .token(let model):
            try check(sequences, model.backbone)
            return model.loss(
                sequences, labels: try tokenLabels(batch, below: model.labels.count), factor: factor,
                smoothing: smoothing)
        case .answer(let model):
            try check(sequences, model.backbone)
            let spans = try batch.examples.map { example in
                guard case .span(let start, let end) = example.labels, start >= 0, end >= start,
                    end < example.inputIDs.count
                else { throw TrainingError.wrongLabels(task.rawValue) }
                return start..<end + 1
            }
            return model.loss(sequences, spans: spans, factor: factor)
        }
    }

    private func check(_ sequences: [TokenSequence], _ model: any Transformer) throws {
        for sequence in sequences { try model.validate(sequence) }
    }

    /// Parameters that a step changes.
    public var learned: [Parameter] {
        (parameters.parameters.filter { parameters.used.contains($0.name) } + (adapters?.parameters ?? []))
            .filter(\.isTrainable)
    }

    /// What a checkpoint of the model holds: every tensor that it uses, by the checkpoint's names. What is not learned may
    /// be a view of the file that it came from, in that file's type.
    public var weights: [String: Tensor] {
        var weights: [String: Tensor] = [:]
        for parameter in parameters.parameters where parameters.used.contains(parameter.name) {
            weights[parameter.name] = parameter.source
        }
        return weights
    }
}
