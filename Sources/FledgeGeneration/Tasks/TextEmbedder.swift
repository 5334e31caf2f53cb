public import FledgeModels
public import FledgeTensor
public import FledgeTokenizers

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Texts to vectors whose directions are near where the meanings are.
///
/// ```swift
/// let embedder = try TextEmbedder.from(directory: url)
/// let vectors = try embedder.embed(["The ferry leaves at seven.", "The boat departs in the evening."])
/// let similarity = try Similarity.cosine(vectors[0], vectors[1])
/// ```
///
/// Directories of sentence-transformers say themselves how a text's tokens become one vector; for other checkpoints,
/// encoders, decoders and encoder–decoders alike, the caller chooses. A text that is longer than the model can take is
/// cut.
public struct TextEmbedder: Sendable {
    public let model: any Backbone
    public let tokenizer: any Tokenizer
    /// How many numbers an embedding has.
    public let dimensions: Int
    /// The largest number of tokens of a text, nil for any number.
    public let maxLength: Int?
    /// What the model wants before texts, by name.
    public let prompts: [String: String]
    /// The name of the prompt that is used unless told otherwise.
    public let defaultPrompt: String?
    /// Tokens of a batch.
    public var batchTokens = TaskBatches.defaultTokens
    private let steps: [SentenceModules.Step]
    private let lowercases: Bool

    /// A model with one way of pooling and nothing else.
    public init(
        model: any Backbone, tokenizer: any Tokenizer, pooling: EmbeddingPooling, normalizes: Bool = false
    ) {
        self.init(
            model: model, tokenizer: tokenizer,
            steps: [.pooling([pooling], includesPrompt: true)] + (normalizes ? [.normalize] : []),
            dimensions: model.hiddenSize, modules: nil)
    }

    private init(
        model: any Backbone, tokenizer: any Tokenizer, steps: [SentenceModules.Step], dimensions: Int,
        modules: SentenceModules?
    ) {
        self.model = model
        self.tokenizer = tokenizer
        self.steps = steps
        self.dimensions = dimensions
        maxLength = [modules?.maxLength, model.textLimit(tokenizer)].compactMap { $0 }.min()
        prompts = modules?.prompts ?? [:]
        defaultPrompt = modules?.defaultPrompt
        lowercases = modules?.lowercases ?? false
    }

    /// Loads model, tokenizer and, of a directory of sentence-transformers, the other modules.
    ///
    /// - Parameters:
    ///   - directory: a directory in the Hugging Face layout.
    ///   - pooling: how tokens become one vector, instead of what `modules.json` says; nil to do what that says.
    ///   - normalizes: whether vectors get the length 1; nil to do what `modules.json` says, where that is followed.
    ///   - type: how weights are stored.
    ///   - engine: what computes.
    /// - Returns: the model with its tokenizer and modules.
    /// - Throws: ``TaskError``, ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TokenizerError``.
    public static func from(
        directory: URL, pooling: EmbeddingPooling? = nil, normalizes: Bool? = nil, type: WeightType = .float32,
        engine: Engine = .shared
    ) throws -> TextEmbedder {
        let hasModules = SentenceModules.exist(in: directory)
        guard hasModules || pooling != nil else {
            // What is wrong with the model is worth knowing first.
            _ = try ModelConfig.read(directory: directory)
            throw TaskError.noPooling(directory: directory.path)
        }
        let modules = hasModules ? try SentenceModules(directory: directory) : nil
        let folder = modules?.transformer ?? directory
        let model = try AutoModel.from(directory: folder, type: type, engine: engine)
        let tokenizer = try AutoTokenizer.from(directory: folder)
        var steps: [SentenceModules.Step] = pooling.map { [.pooling([$0], includesPrompt: true)] } ?? []
        var dimensions = model.hiddenSize
        if pooling == nil, let modules {
            (steps, dimensions) = try modules.steps(width: model.hiddenSize, type: type, engine: engine)
        }
        if let normalizes {
            steps.removeAll { if case .normalize = $0 { true } else { false } }
            if normalizes { steps.append(.normalize) }
        }
        return TextEmbedder(
            model: model, tokenizer: tokenizer, steps: steps, dimensions: dimensions, modules: modules)
    }

    /// The vector of a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - prompt: what stands before it.
    /// - Returns: ``dimensions`` numbers.
    /// - Throws: ``TaskError``, ``ModelError``, ``TokenizerError``.
    public func embed(_ text: String, prompt: EmbeddingPrompt = .standard) throws -> [Float] {
        try embed([text], prompt: prompt)[0]
    }

    /// The vectors of texts.
    ///
    /// - Returns: for each text ``dimensions`` numbers.
    /// - Throws: as ``embed(_:prompt:)``; `CancellationError` once the task is cancelled.
    public func embed(
        _ texts: [String], prompt: EmbeddingPrompt = .standard, progress: TaskProgress? = nil
    ) throws -> [[Float]] {
        let prompt = try words(of: prompt)
        let texts = texts.map { lowercases ? (prompt + $0).lowercased() : prompt + $0 }
        let encodings = try model.encodings(of: texts.map { ($0, nil) }, tokenizer: tokenizer, limit: maxLength)
        let sequences = encodings.map { TokenSequence($0, for: model) }
        for sequence in sequences { try model.validate(sequence) }
        let excluded = try excludedTokens(prompt)
        return try TaskBatches.map(sequences, tokens: batchTokens, progress: progress) { _, batch in
            var rows = model.hiddenStates(of: batch, observe: nil)
            for step in steps { rows = TextEmbedder.apply(step, rows, of: batch, excluded: excluded) }
            let scalars = rows.scalars
            return batch.indices.map { Array(scalars[($0 * dimensions)..<(($0 + 1) * dimensions)]) }
        }
    }

    /// - Throws: ``TaskError/noSuchPrompt(name:known:)``.
    private func words(of prompt: EmbeddingPrompt) throws(TaskError) -> String {
        switch prompt {
        case .none: return ""
        case .text(let words): return words
        case .standard:
            guard let defaultPrompt else { return "" }
            return try words(of: .named(defaultPrompt))
        case .named(let name):
            guard let words = prompts[name] else { throw .noSuchPrompt(name: name, known: prompts.keys.sorted()) }
            return words
        }
    }

    /// How many of a text's first tokens are the prompt's, where the model does not count them.
    private func excludedTokens(_ prompt: String) throws(TokenizerError) -> Int {
        guard case .pooling(_, includesPrompt: false) = steps.first, !prompt.isEmpty else { return 0 }
        let encoding = tokenizer.encoding(of: lowercases ? prompt.lowercased() : prompt)
        // What is added behind the prompt comes behind the whole text.
        return encoding.count - (encoding.specialTokensMask.last ?? 0)
    }

    /// From hidden states `[positions, width]`, or vectors `[texts, width]`, to vectors.
    private static func apply(
        _ step: SentenceModules.Step, _ rows: Tensor, of batch: [TokenSequence], excluded: Int
    ) -> Tensor {
        let width = rows.shape[1]
        switch step {
        case .dense(let dense): return dense(rows)
        case .normalize:
            let scalars = rows.scalars
            return Tensor(
                (0..<rows.shape[0]).flatMap {
                    Similarity.normalized(scalars[($0 * width)..<(($0 + 1) * width)])
                }, shape: rows.shape)
        case .pooling(let modes, _):
            let offsets = TaskBatches.offsets(batch)
            let vectors = rows.withFloats { states in
                batch.indices.flatMap { text in
                    modes.flatMap { mode in
                        mode.vector(
                            of: states, width: width, rows: offsets[text]..<offsets[text + 1], excluded: excluded)
                    }
                }
            }
            return Tensor(vectors, shape: Shape(batch.count, modes.count * width))
        }
    }
}
