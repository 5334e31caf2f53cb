public import FledgeGeneration
import FledgeModels
import FledgeTensor
import FledgeTokenizers

/// A generating model over a data set: a prompt for each example, and what the model writes.
///
/// ```swift
/// let run = try PromptedRun(generator, builder: builder, config: config, model: model, data: source)
/// let result = try run.run(RunExamples(dataSet, references: ["summary"]), in: "runs/zero-shot")
/// ```
///
/// With a directory a run can be stopped at any moment and gone on with later. Sampling too gives the same texts then: an
/// example's random numbers depend on the seed and on its place in the data.
public struct PromptedRun: Sendable {
    /// The model and its tokenizer.
    public let generator: TextGenerator
    /// Makes the prompts.
    public let builder: PromptBuilder
    /// How the model generates.
    public let config: GenerationConfig
    /// Which model it is.
    public let model: RunModel
    /// Which data the examples are from.
    public let data: RunSource
    /// How demonstrations are chosen, in words; nil without any.
    public var selection: String?
    /// Where demonstrations are from; nil for the data themselves.
    public var shotData: RunSource?
    /// Which prompts go through the model together.
    public var batching = RunBatching()
    /// Whether records keep the text of their prompts.
    public var keepsPrompts = false

    /// - Parameters:
    ///   - generator: the model and its tokenizer.
    ///   - builder: makes the prompts; without a budget it gets that of the model.
    ///   - config: how the model generates. The texts that end an answer of the template are added to its own.
    ///   - model: which model it is.
    ///   - data: which data the examples are from.
    /// - Throws: ``RunError`` for several continuations a prompt; `GenerationError` for settings that make no sense;
    ///   `PromptError` if new tokens leave no room for a prompt; `TokenizerError` if there is no tokenizer.
    public init(
        _ generator: TextGenerator, builder: PromptBuilder, config: GenerationConfig, model: RunModel, data: RunSource
    ) throws {
        guard config.numReturnSequences == 1 else {
            throw RunError.invalidOption(
                name: "num_return_sequences", problem: "a run takes one continuation of each prompt",
                remedy: "Leave it at 1.")
        }
        var config = config
        var builder = builder
        if builder.chat == nil { config.stopSequences += builder.template.stopSequences }
        if let complaint = config.complaint { throw GenerationError.badConfig(complaint) }
        if builder.budget == nil { builder.budget = try PromptBudget(generator, config: config) }
        self.generator = generator
        self.builder = builder
        self.config = config
        self.model = model
        self.data = data
    }

    /// Builds the prompts, and generates for all examples that a run in the directory has not done.
    ///
    /// Prompts are in memory all at once, records of the data one at a time.
    ///
    /// - Parameters:
    ///   - examples: the examples.
    ///   - directory: where the run is kept; nil for nowhere.
    ///   - progress: called as examples are done.
    ///   - isCancelled: asked after every token of a batch.
    /// - Returns: what the model wrote.
    /// - Throws: ``RunError``; `DataError`, `PromptError` and `TemplateError` for an example without a prompt;
    ///   `GenerationError`, `ModelError`; `CancellationError` if it is cancelled, after which the directory holds the
    ///   batches that were done.
    public func run(
        _ examples: RunExamples, in directory: String? = nil, progress: RunProgress.Handler? = nil,
        isCancelled: () -> Bool = { Task.isCancelled }
    ) throws -> RunResult {
        let prompts = try prompts(of: examples, isCancelled: isCancelled)
        let loop = RunLoop(settings: settings(of: prompts), batching: batching, directory: directory)
        return try loop.run(
            lengths: prompts.map { $0.ids.count + config.maxNewTokens }, progress: progress
        ) { batch, state in
            try complete(batch.map { prompts[$0] }, &state, progress, isCancelled)
        }
    }

    private struct Prompt {
        let index: Int
        let ids: [Int]
        let hash: String
        let text: String?
        let shots: Int
        let notes: [PromptNote]
        let references: [String]
    }

    private func prompts(of examples: RunExamples, isCancelled: () -> Bool) throws -> [Prompt] {
        var prompts: [Prompt] = []
        try examples.forEach { index, record, references in
            if isCancelled() { throw CancellationError() }
            let built = try builder.build(record)
            prompts.append(
                Prompt(
                    index: index, ids: built.tokenIDs ?? [], hash: ContentDigest.of(text: built.text),
                    text: keepsPrompts ? built.text : nil, shots: built.demonstrations, notes: built.notes,
                    references: references))
        }
        guard !prompts.isEmpty else { throw RunError.noExamples }
        return prompts
    }

    private func settings(of prompts: [Prompt]) -> RunSettings {
        let shots = builder.demonstrations?.count ?? 0
        return RunSettings(
            task: .generation, model: model, data: data,
            prompt: RunSettings.Prompt(
                template: builder.template.name, templateHash: ContentDigest.of(text: builder.template.source),
                shots: shots, selection: shots > 0 ? selection : nil, shotData: shots > 0 ? shotData : nil,
                chat: builder.chat != nil),
            generation: GenerationSettings(config), examples: prompts.count,
            inputsHash: ContentDigest.of(inputs: prompts.map(\.hash), references: prompts.map(\.references)))
    }

    /// Generates for a batch, or for its halves if its caches do not fit into memory.
    private func complete(
        _ batch: [Prompt], _ state: inout RunProgress, _ progress: RunProgress.Handler?, _ isCancelled: () -> Bool
    ) throws -> [RunRecord] {
        do {
            return try completeAtOnce(batch, &state, progress, isCancelled)
        } catch let error as GenerationError {
            guard case .notEnoughMemory = error, batch.count > 1 else { throw error }
            let half = batch.count / 2
            return try complete(Array(batch[..<half]), &state, progress, isCancelled)
                + complete(Array(batch[half...]), &state, progress, isCancelled)
        }
    }

    private func completeAtOnce(
        _ batch: [Prompt], _ state: inout RunProgress, _ progress: RunProgress.Handler?, _ isCancelled: () -> Bool
    ) throws -> [RunRecord] {
        let clock = ContinuousClock()
        let start = clock.now
        let before = state
        let (completions, _) = try generator.complete(
            tokens: batch.map(\.ids), config: config, streams: batch.map { UInt64($0.index) }
        ) { event in
            if isCancelled() { throw CancellationError() }
            state.tokens += 1
            guard event.finishReason != nil, let progress else { return }
            state.done += 1
            state.seconds = before.seconds + (clock.now - start).seconds
            progress(state)
        }
        let seconds = (clock.now - start).seconds
        state.done = before.done + batch.count
        state.seconds = before.seconds + seconds
        progress?(state)
        return zip(batch, completions).map { prompt, completion in
            RunRecord(
                index: prompt.index, promptHash: prompt.hash, prompt: prompt.text, promptTokens: prompt.ids.count,
                shots: prompt.shots, notes: prompt.notes.map(RunRecord.Note.init),
                prediction: completion.text.withoutSpaceAround, references: prompt.references,
                newTokens: completion.tokenIDs.count, finishReason: completion.finishReason,
                seconds: seconds / Double(batch.count))
        }
    }
}
