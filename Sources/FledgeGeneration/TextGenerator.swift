public import FledgeModels
import FledgeNN
public import FledgeTensor
public import FledgeTokenizers

import Dispatch

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A model with its tokenizer: text in, text out.
///
/// ```swift
/// let generator = try TextGenerator.from(directory: url, type: .int8)
/// for try await event in generator.stream("summarize: …") { print(event.text, terminator: "") }
/// ```
public struct TextGenerator: Sendable {
    public let model: any GenerativeModel
    /// Nil where only token ids go in and out.
    public let tokenizer: (any Tokenizer)?
    /// What the checkpoint recommends; each call may pass its own.
    public let config: GenerationConfig

    public init(model: any GenerativeModel, tokenizer: (any Tokenizer)?, config: GenerationConfig) {
        self.model = model
        self.tokenizer = tokenizer
        self.config = config
    }

    /// Loads model, tokenizer and generation settings from a directory in the Hugging Face layout.
    ///
    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TokenizerError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> TextGenerator {
        TextGenerator(
            model: try AutoModelForGeneration.from(
                directory: directory, type: type, engine: engine, registry: registry),
            tokenizer: try AutoTokenizer.from(directory: directory),
            config: try GenerationConfig(directory: directory))
    }

    /// The token ids of a prompt, the special tokens that the model expects included.
    ///
    /// - Throws: ``TokenizerError`` if there is no tokenizer.
    public func encode(_ prompt: String) throws -> [Int] {
        try requireTokenizer().encode(text: prompt, addSpecialTokens: true)
    }

    /// - Throws: ``TokenizerError`` if there is no tokenizer.
    public func requireTokenizer() throws(TokenizerError) -> any Tokenizer {
        guard let tokenizer else { throw TokenizerError.noTokenizerFiles(directory: "this model") }
        return tokenizer
    }

    /// Generates for one prompt, in the background.
    ///
    /// The last element carries the statistics, also when the consumer's task is cancelled. Errors arrive as the
    /// stream's.
    public func stream(
        _ prompt: String, config: GenerationConfig? = nil
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        do {
            return stream(tokens: try encode(prompt), config: config)
        } catch {
            return AsyncThrowingStream { $0.finish(throwing: error) }
        }
    }

    /// Generates for one prompt given as token ids, in the background.
    public func stream(
        tokens: [Int], config: GenerationConfig? = nil
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let config = config ?? self.config
        return AsyncThrowingStream { continuation in
            let progress = StreamProgress(promptTokens: tokens.count)
            continuation.onTermination = { termination in
                // The stream still delivers what is yielded in here.
                if case .cancelled = termination, let last = progress.cancel() { continuation.yield(last) }
            }
            DispatchQueue.global(qos: .userInitiated).async {
                do {
                    var run = try GenerationRun(self, prompts: [tokens], config: config)
                    while !run.isFinished && !progress.isCancelled {
                        for event in try run.step() { continuation.yield(event) }
                        progress.update(run.statistics)
                    }
                    if let last = progress.finish(run.completions[0].finishReason) { continuation.yield(last) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    /// Generates for a batch of prompts and returns when all are done.
    ///
    /// - Throws: ``GenerationError``, ``ModelError``, ``TokenizerError``.
    public func complete(
        _ prompts: [String], config: GenerationConfig? = nil
    ) throws -> (completions: [Completion], statistics: GenerationStatistics) {
        try complete(tokens: try prompts.map(encode), config: config)
    }

    /// Generates for a batch of prompts given as token ids.
    ///
    /// - Parameters:
    ///   - prompts: the ids of each prompt, as they are.
    ///   - config: the settings; nil for the generator's own.
    ///   - streams: for each prompt which stream of random numbers it draws from; nil for its place in the batch. With
    ///     numbers of its own a prompt gets the same continuation in whatever batch it is.
    ///   - onEvent: called with every piece of text as it comes; what it throws ends the generation.
    /// - Returns: a completion for each prompt, and how long it took.
    /// - Throws: ``GenerationError``, ``ModelError``, ``TokenizerError``, and what `onEvent` throws.
    public func complete(
        tokens prompts: [[Int]], config: GenerationConfig? = nil, streams: [UInt64]? = nil,
        onEvent: (GenerationEvent) throws -> Void = { _ in }
    ) throws -> (completions: [Completion], statistics: GenerationStatistics) {
        var run = try GenerationRun(self, prompts: prompts, config: config ?? self.config, streams: streams)
        while !run.isFinished { for event in try run.step() { try onEvent(event) } }
        return (run.completions, run.statistics)
    }
}

/// Where a stream is, shared between the thread that generates and a consumer that may cancel.
private final class StreamProgress: @unchecked Sendable {
    private let queue = DispatchQueue(label: "fledge.stream")
    private var statistics: GenerationStatistics
    private var isOver = false
    private var cancelled = false

    init(promptTokens: Int) { statistics = GenerationStatistics(promptTokens: promptTokens) }

    var isCancelled: Bool { queue.sync { cancelled } }

    func update(_ statistics: GenerationStatistics) { queue.sync { self.statistics = statistics } }

    /// The last event, the first time that the stream ends in either way.
    func finish(_ reason: FinishReason) -> GenerationEvent? {
        queue.sync {
            if isOver { return nil }
            isOver = true
            return GenerationEvent(sequence: 0, text: "", tokenID: nil, finishReason: reason, statistics: statistics)
        }
    }

    func cancel() -> GenerationEvent? {
        queue.sync { cancelled = true }
        return finish(.cancelled)
    }
}
