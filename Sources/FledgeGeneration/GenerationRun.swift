import FledgeModels
import FledgeTensor
import FledgeTokenizers

/// A piece of generated text.
public struct GenerationEvent: Sendable, Equatable {
    /// The sequence's place in the batch: the prompt's, or, of n continuations a prompt, n · prompt + continuation.
    public let sequence: Int
    /// Text that is certain now: whole characters, nothing of a stop sequence. May be empty.
    public let text: String
    /// The token that was decided on; nil for the event that ends a stream.
    public let tokenID: Int?
    public let finishReason: FinishReason?
    /// Set on the event that ends a stream.
    public let statistics: GenerationStatistics?
}

/// One finished text.
public struct Completion: Sendable, Equatable {
    public var text = ""
    /// The generated ids, without the start token, the end token included if there was one.
    public var tokenIDs: [Int] = []
    public var finishReason: FinishReason = .length
}

/// How long it took.
public struct GenerationStatistics: Sendable, Equatable {
    public var promptTokens: Int
    /// Of all sequences together.
    public var generatedTokens = 0
    /// From the prompt's ids to the first token.
    public var prefillSeconds = 0.0
    /// From the first token to the last.
    public var decodeSeconds = 0.0
    /// Tokens that the first step gave, one a sequence.
    public var prefillTokens = 0

    public init(promptTokens: Int) { self.promptTokens = promptTokens }

    /// Tokens after the first of each sequence, by the time they took; 0 where there were none.
    public var decodeTokensPerSecond: Double {
        decodeSeconds > 0 ? Double(generatedTokens - prefillTokens) / decodeSeconds : 0
    }
}

/// A batch on its way: search, text and stop sequences together, one step at a time.
struct GenerationRun {
    private var search: SingleSequenceSearch
    private var texts: [TextState]
    private(set) var completions: [Completion]
    private(set) var statistics: GenerationStatistics
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var firstToken: ContinuousClock.Instant?

    private struct TextState {
        var decoder: StreamingDecoder?
        var matcher: StopMatcher
    }

    /// Encodes the prompts. `processors` are applied instead of the configuration's; `streams` are those of random
    /// numbers, one a prompt.
    init(
        _ generator: TextGenerator, prompts: [[Int]], config: GenerationConfig,
        processors: [any LogitsProcessor]? = nil, streams: [UInt64]? = nil
    ) throws {
        let model = generator.model
        if let complaint = config.complaint { throw GenerationError.badConfig(complaint) }
        try GenerationRun.check(prompts, model, config)
        start = clock.now
        search = SingleSequenceSearch(
            model: model, prompts: prompts, config: config, processors: processors, streams: streams)
        let sequences = 0..<prompts.count * config.numReturnSequences
        texts = sequences.map { _ in
            TextState(
                decoder: generator.tokenizer?.streamingDecoder(skipSpecialTokens: true),
                matcher: StopMatcher(config.stopSequences))
        }
        completions = sequences.map { _ in Completion() }
        statistics = GenerationStatistics(promptTokens: prompts.reduce(0) { $0 + $1.count })
    }

    /// - Throws: ``GenerationError``, ``ModelError`` for prompts that the model cannot go on from.
    private static func check(_ prompts: [[Int]], _ model: any GenerativeModel, _ config: GenerationConfig) throws {
        guard !prompts.isEmpty else { throw GenerationError.noPrompt }
        for (index, prompt) in prompts.enumerated() {
            if prompt.isEmpty { throw GenerationError.emptyPrompt(index: index) }
            try model.validate(prompt)
            let limit = [config.contextLength ?? model.contextLength, model.positionLimit].compactMap { $0 }.min()
            if let limit, prompt.count > limit {
                let canGrow = model.positionLimit.map { prompt.count <= $0 } ?? true
                throw GenerationError.promptTooLong(tokens: prompt.count, limit: limit, canGrow: canGrow)
            }
        }
        if let token = config.decoderStartTokenId { try model.validate([token]) }
        try model.validate(config.forcedEosTokenIds + [config.forcedBosTokenId].compactMap { $0 })
        let longest = prompts.map(\.count).max() ?? 0
        let sequences = prompts.count * config.numReturnSequences
        let bytes = model.cacheBytes(sequences: sequences, promptTokens: longest, newTokens: config.maxNewTokens)
        let available = MemoryLimit.obtainable(of: bytes)
        if bytes > available { throw GenerationError.notEnoughMemory(bytes: bytes, available: available) }
    }

    var isFinished: Bool { search.isFinished }

    /// Decodes one token for every running sequence.
    ///
    /// - Throws: ``TokenizerError`` where the model puts out an id that the tokenizer does not have.
    mutating func step() throws -> [GenerationEvent] {
        search.step()
        let now = clock.now
        if let firstToken {
            statistics.decodeSeconds = (now - firstToken).seconds
        } else {
            firstToken = now
            statistics.prefillSeconds = (now - start).seconds
            statistics.prefillTokens = search.newTokens.count
        }
        statistics.generatedTokens += search.newTokens.count
        var events: [GenerationEvent] = []
        for token in search.newTokens { events.append(try accept(token)) }
        return events
    }

    private mutating func accept(_ token: GeneratedToken) throws -> GenerationEvent {
        let index = token.sequence
        completions[index].tokenIDs.append(token.id)
        var reason = token.finishReason
        // Ids beyond the tokenizer's (a padded vocabulary) stand for no text.
        let piece = (try? texts[index].decoder?.append(token: token.id)) ?? ""
        var text = texts[index].matcher.append(piece)
        if reason != nil, !texts[index].matcher.isStopped {
            let rest = texts[index].decoder?.finish() ?? ""
            text += texts[index].matcher.append(rest)
            if !texts[index].matcher.isStopped { text += texts[index].matcher.finish() }
        }
        if texts[index].matcher.isStopped {
            reason = .stopSequence
            search.finish(sequence: index)
        }
        completions[index].text += text
        if let reason { completions[index].finishReason = reason }
        return GenerationEvent(sequence: index, text: text, tokenID: token.id, finishReason: reason, statistics: nil)
    }
}
