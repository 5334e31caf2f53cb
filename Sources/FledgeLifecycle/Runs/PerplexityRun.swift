import FledgeData
public import FledgeEvaluation
public import FledgeGeneration
import FledgeModels
import FledgeTensor
import FledgeTokenizers

/// How probable a language model finds texts.
///
/// A decoder-only model reads each text in windows that overlap, a record a window. An encoder–decoder reads a prompt and is
/// scored on the right answer, its end token included, a record an example.
public struct PerplexityRun: Sendable {
    /// What is scored.
    public enum Scoring: Sendable {
        /// A field of the records, in windows of so many tokens that score `stride` tokens each; nil for the model's own
        /// context, and half of it.
        case text(field: String, window: Int?, stride: Int?)
        /// The first reference of each example, given the prompt.
        case references(PromptBuilder)
    }

    /// The model and its tokenizer.
    public let generator: TextGenerator
    /// What is scored.
    public let scoring: Scoring
    /// Which model it is.
    public let model: RunModel
    /// Which data the texts are from.
    public let data: RunSource
    /// How demonstrations are chosen, in words; nil without any.
    public var selection: String?
    /// Where demonstrations are from; nil for the data themselves.
    public var shotData: RunSource?

    /// The window of models that read texts of any length, such as recurrent ones.
    private static let usualWindow = 1024

    /// A run of a model.
    public init(_ generator: TextGenerator, scoring: Scoring, model: RunModel, data: RunSource) {
        self.generator = generator
        self.scoring = scoring
        self.model = model
        self.data = data
    }

    /// Scores all texts that a run in the directory has not done.
    ///
    /// - Parameters:
    ///   - examples: the records.
    ///   - directory: where the run is kept; nil for nowhere.
    ///   - progress: called as texts are done.
    ///   - isCancelled: asked before each one.
    /// - Returns: the records; ``RunResult/perplexity(resampling:)`` makes scores of them.
    /// - Throws: ``RunError`` for a model that cannot be asked so; `DataError`, `PromptError`, `TokenizerError`,
    ///   `ModelError`, `EvaluationError`; `CancellationError` if it is cancelled.
    public func run(
        _ examples: RunExamples, in directory: String? = nil, progress: RunProgress.Handler? = nil,
        isCancelled: () -> Bool = { Task.isCancelled }
    ) throws -> RunResult {
        let pieces: [Piece]
        var options: [String: String] = [:]
        var prompt: RunSettings.Prompt?
        switch scoring {
        case .text(let field, let window, let stride):
            let window = window ?? generator.windowLength ?? PerplexityRun.usualWindow
            let stride = stride ?? max(1, window / 2)
            options = ["field": field, "window": String(window), "stride": String(stride)]
            pieces = try windows(of: examples, field: field, length: window, stride: stride)
        case .references(let builder):
            prompt = RunSettings.Prompt(
                template: builder.template.name, templateHash: ContentDigest.of(text: builder.template.source),
                shots: builder.demonstrations?.count ?? 0, selection: selection, shotData: shotData,
                chat: builder.chat != nil)
            pieces = try pairs(of: examples, builder: builder)
        }
        let settings = RunSettings(
            task: .perplexity, model: model, data: data, prompt: prompt, options: options, examples: pieces.count,
            inputsHash: ContentDigest.of(inputs: pieces.map(\.hash), references: pieces.map { _ in [] }))
        let loop = RunLoop(settings: settings, batching: RunBatching(sequences: 16), directory: directory)
        return try loop.run(lengths: pieces.map(\.count), progress: progress) { batch, state in
            try batch.map { index in
                if isCancelled() { throw CancellationError() }
                let piece = pieces[index]
                let clock = ContinuousClock()
                let start = clock.now
                let logProbability = try logProbability(of: piece)
                let seconds = (clock.now - start).seconds
                state.done += 1
                state.tokens += piece.count
                state.seconds += seconds
                progress?(state)
                var record = RunRecord(
                    index: index, promptHash: piece.hash, promptTokens: piece.count, prediction: "", references: [],
                    newTokens: piece.scoredTokens, seconds: seconds)
                record.logProbability = logProbability
                record.bytes = piece.bytes
                return record
            }
        }
    }

    /// What goes through the model at once.
    private struct Piece {
        let hash: String
        /// The prompt of an encoder, or all tokens of a window.
        let ids: [Int]
        /// What the decoder must say; nil for a window.
        var target: [Int]?
        /// Which of a window's tokens are scored.
        var scored = 0..<0
        let bytes: Int

        var count: Int { ids.count + (target?.count ?? 0) }
        var scoredTokens: Int { target?.count ?? scored.count }
    }

    private func windows(of examples: RunExamples, field: String, length: Int, stride: Int) throws -> [Piece] {
        guard generator.model is any TrainableCausalModel else {
            throw RunError.invalidOption(
                name: "model", problem: "an encoder–decoder is scored on answers to prompts, not on texts alone",
                remedy: "Give a template and references.")
        }
        if let limit = generator.model.positionLimit, length > limit {
            throw RunError.invalidOption(
                name: "window", problem: "it is \(length) tokens, and the model has \(limit) positions",
                remedy: "Use \(limit) or fewer.")
        }
        let tokenizer = try generator.requireTokenizer()
        var pieces: [Piece] = []
        try examples.forEachRecord { _, record in
            let text = try record.text(of: field)
            let encoding = tokenizer.encoding(of: text, addSpecialTokens: true)
            try generator.model.validate(encoding.ids)
            // Where the text that the first tokens stand for ends; special tokens stand for none.
            var ends: [Int] = []
            for range in encoding.byteOffsets { ends.append(max(ends.last ?? 0, range.upperBound)) }
            for window in try PerplexityWindows(tokenCount: encoding.count, length: length, stride: stride) {
                let ids = Array(encoding.ids[window.tokens])
                let isLast = window.scored.upperBound == encoding.count
                let end = isLast ? text.utf8.count : ends[window.scored.upperBound - 1]
                let scored = window.scored.lowerBound - window.tokens.lowerBound
                pieces.append(
                    Piece(
                        hash: ContentDigest.of(text: "\(scored) \(ids)"), ids: ids,
                        scored: scored..<scored + window.scored.count,
                        bytes: max(0, end - ends[window.scored.lowerBound - 1])))
            }
        }
        return pieces
    }

    private func pairs(of examples: RunExamples, builder: PromptBuilder) throws -> [Piece] {
        guard generator.model is EncoderDecoderTransformer else {
            throw RunError.invalidOption(
                name: "template", problem: "a decoder-only model is scored on texts, not on answers to prompts",
                remedy: "Leave the template out.")
        }
        var builder = builder
        if builder.budget == nil { builder.budget = try PromptBudget(generator, config: generator.config) }
        let tokenizer = try generator.requireTokenizer()
        var pieces: [Piece] = []
        try examples.forEach { _, record, references in
            guard let reference = references.first else { throw record.error("it has no right answer") }
            let prompt = try builder.build(record)
            let target = tokenizer.encode(text: reference, addSpecialTokens: true)
            try generator.model.validate((prompt.tokenIDs ?? []) + target)
            if let limit = generator.model.positionLimit, target.count > limit {
                throw ModelError.sequenceTooLong(target.count, limit)
            }
            guard !target.isEmpty else { throw record.error("its right answer has no tokens") }
            pieces.append(
                Piece(
                    hash: ContentDigest.of(text: prompt.text + "\u{0}" + reference), ids: prompt.tokenIDs ?? [],
                    target: target, bytes: reference.utf8.count))
        }
        return pieces
    }

    private func logProbability(of piece: Piece) throws -> Double {
        if let target = piece.target, let model = generator.model as? EncoderDecoderTransformer {
            return -Double(model.loss([piece.ids], targets: [target], padToken: 0, factor: 1).scalars[0])
        }
        guard let model = generator.model as? any TrainableCausalModel else { return 0 }
        let labels = piece.ids.indices.map { piece.scored.contains($0) ? piece.ids[$0] : ignoredLabel }
        return -Double(model.loss([TokenSequence(piece.ids)], labels: [labels], factor: 1).scalars[0])
    }
}

extension TextGenerator {
    /// The tokens that the model can see at once.
    fileprivate var windowLength: Int? {
        [model.contextLength, model.positionLimit].compactMap { $0 }.min()
    }
}

extension RunResult {
    /// Perplexity, nats a token and bits a byte, with intervals over the records.
    ///
    /// - Parameter resampling: how intervals are found; nil for none.
    /// - Returns: the scores.
    /// - Throws: an `EvaluationError` for a probability that is not a number.
    public func perplexity(resampling: Resampling?) throws(EvaluationError) -> MetricReport {
        var tally = PerplexityTally()
        for record in records {
            try tally.add(
                logProbability: record.logProbability ?? .nan, tokens: record.newTokens, bytes: record.bytes ?? 0)
        }
        return try tally.report(resampling: resampling)
    }
}
