public import FledgeModels
public import FledgeTensor
public import FledgeTokenizers

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A label and how well it fits.
public struct ClassScore: Sendable, Equatable, Codable {
    public let label: String
    public let score: Float

    public init(label: String, score: Float) {
        self.label = label
        self.score = score
    }
}

/// Texts, or pairs of texts, to classes: sentiment, topics, entailment, similarity.
///
/// ```swift
/// let classifier = try TextClassifier.from(directory: url)
/// try classifier.classify("The film was slow, but I did not want it to end.")  // [positive 0.40]
/// ```
///
/// A text that is longer than the model can take is cut.
public struct TextClassifier: Sendable {
    /// How logits become scores.
    public enum ScoreFunction: String, Sendable, Codable, CaseIterable {
        /// The labels exclude each other: the scores' sum is 1.
        case softmax
        /// Each label by itself: a score lies between 0 and 1.
        case sigmoid
        /// The logits as they are, as a regression has them.
        case logits = "none"
    }

    public let model: SequenceClassificationModel
    public let tokenizer: any Tokenizer
    /// Tokens of a batch.
    public var batchTokens = TaskBatches.defaultTokens

    public init(model: SequenceClassificationModel, tokenizer: any Tokenizer) {
        self.model = model
        self.tokenizer = tokenizer
    }

    /// Loads model and tokenizer from a directory in the Hugging Face layout.
    ///
    /// - Throws: ``TaskError``, ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TokenizerError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> TextClassifier {
        try TaskModel.check(
            directory, is: .sequenceClassification, for: "classifying texts", such: "BertForSequenceClassification")
        return TextClassifier(
            model: try AutoModelForSequenceClassification.from(
                directory: directory, type: type, engine: engine, registry: registry),
            tokenizer: try AutoTokenizer.from(directory: directory))
    }

    /// What the model's labels mean, as transformers' pipeline decides it: nothing for a regression, ``sigmoid``
    /// where several labels can hold or where there is only one, else ``softmax``.
    public var defaultFunction: ScoreFunction {
        switch model.labels.statedProblem {
        case .regression: .logits
        case .multiLabel: .sigmoid
        case .singleLabel, nil: model.labels.count == 1 ? .sigmoid : .softmax
        }
    }

    /// Classifies a text, or a pair of texts.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - pair: a second text, for models that compare two.
    ///   - topK: how many labels to return; nil for all.
    ///   - function: how logits become scores; nil for ``defaultFunction``.
    /// - Returns: the labels, the one that fits best first.
    /// - Throws: ``TaskError``, ``ModelError``, ``TokenizerError``.
    public func classify(
        _ text: String, pair: String? = nil, topK: Int? = 1, function: ScoreFunction? = nil
    ) throws -> [ClassScore] {
        try classify(pairs: [(text, pair)], topK: topK, function: function)[0]
    }

    /// Classifies texts.
    ///
    /// - Returns: the labels of each text, the one that fits best first.
    /// - Throws: as ``classify(_:pair:topK:function:)``; `CancellationError` once the task is cancelled.
    public func classify(
        _ texts: [String], topK: Int? = 1, function: ScoreFunction? = nil, progress: TaskProgress? = nil
    ) throws -> [[ClassScore]] {
        try classify(pairs: texts.map { ($0, nil) }, topK: topK, function: function, progress: progress)
    }

    /// Classifies texts, each by itself or with a second one.
    ///
    /// - Returns: the labels of each, the one that fits best first.
    /// - Throws: as ``classify(_:pair:topK:function:)``; `CancellationError` once the task is cancelled.
    public func classify(
        pairs texts: [(text: String, pair: String?)], topK: Int? = 1, function: ScoreFunction? = nil,
        progress: TaskProgress? = nil
    ) throws -> [[ClassScore]] {
        try TaskOption.atLeastOne("topK", topK)
        let sequences = try model.backbone.encodings(of: texts, tokenizer: tokenizer)
            .map { TokenSequence($0, for: model.backbone) }
        let names = model.labels.names
        return try TaskBatches.map(sequences, tokens: batchTokens, progress: progress) { _, batch in
            let logits = try model.logits(batch).scalars
            return batch.indices.map { row in
                let scores = scores(logits[(row * names.count)..<((row + 1) * names.count)], function)
                return Probabilities.largest(topK ?? names.count, of: scores)
                    .map { ClassScore(label: names[$0], score: scores[$0]) }
            }
        }
    }

    private func scores(_ logits: ArraySlice<Float>, _ function: ScoreFunction?) -> [Float] {
        switch function ?? defaultFunction {
        case .softmax: Probabilities.softmax(logits)
        case .sigmoid: logits.map(Probabilities.sigmoid)
        case .logits: Array(logits)
        }
    }
}
