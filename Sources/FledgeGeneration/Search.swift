public import FledgeModels
import FledgeNN
public import FledgeTensor

/// Why a sequence ended.
public enum FinishReason: String, Sendable, Codable {
    /// The model ended it.
    case stop
    /// It reached the largest number of new tokens.
    case length
    /// A stop sequence appeared.
    case stopSequence = "stop_sequence"
    /// The consumer cancelled.
    case cancelled
}

/// One token that a search decided on.
public struct GeneratedToken: Sendable, Equatable {
    /// The prompt's place in the batch.
    public let sequence: Int
    public let id: Int
    /// Set with a sequence's last token.
    public let finishReason: FinishReason?
}

/// A way through the tree of continuations: step by step, for all sequences of a batch at once.
public protocol Search {
    var isFinished: Bool { get }
    /// The tokens that the last step decided on.
    var newTokens: [GeneratedToken] { get }
    /// Computes one step.
    mutating func step()
    /// Ends a sequence from outside: a stop sequence appeared in its text.
    mutating func finish(sequence: Int)
}

/// One continuation a sequence, one token a step: greedy decoding and sampling, by the sampler.
///
/// A step allocates nothing that grows with the model.
public struct SingleSequenceSearch: Search {
    private let model: any GenerativeModel
    private let processors: [any LogitsProcessor]
    private let sampler: any Sampler
    private let endTokens: [Int]
    private var state: DecoderState
    /// What predicts the first tokens, until they are decided on.
    private var firstHidden: Tensor?
    private var rows: [Row]
    private var inputs: [Int]
    private var finishedOutside: [Int] = []
    public private(set) var newTokens: [GeneratedToken] = []

    private struct Row {
        let sequence: Int
        /// Tokens that it may have at most.
        let maximum: Int
        var context: TokenContext
        var random: RandomGenerator
        var isFinished = false
    }

    /// Reads the prompts. Each is read once, however many continuations it gets.
    ///
    /// - Parameters:
    ///   - model: shared with any number of other searches.
    ///   - prompts: token ids, none empty, all within the vocabulary and the context.
    ///   - config: the settings; its processors and its sampler unless others are given.
    ///   - processors: applied in order instead of the configuration's.
    ///   - sampler: used instead of the configuration's.
    ///   - streams: for each prompt which stream of random numbers it draws from; nil for its place in the batch.
    public init(
        model: any GenerativeModel, prompts: [[Int]], config: GenerationConfig,
        processors: [any LogitsProcessor]? = nil, sampler: (any Sampler)? = nil, streams: [UInt64]? = nil
    ) {
        precondition(streams.map { $0.count == prompts.count } ?? true, "a stream for each prompt")
        self.model = model
        self.processors = processors ?? config.logitsProcessors
        self.sampler = sampler ?? config.sampler(engine: model.engine)
        endTokens = config.eosTokenIds
        let start = config.decoderStartTokenId
        let sources = prompts.indices.flatMap { Array(repeating: $0, count: config.numReturnSequences) }
        var (state, hidden) = model.start(
            prompts, startToken: start, chunk: config.prefillChunk, observe: nil)
        if config.numReturnSequences > 1 {
            state.reorder(beams: sources)
            hidden = hidden.gatheredRows(sources, like: hidden)
        }
        rows = sources.enumerated().map { sequence, source in
            let prompt = prompts[source]
            var context = TokenContext(tokens: model.continuedSequence(prompt: prompt, startToken: start))
            let limit = model.newTokenLimit(promptTokens: prompt.count, window: config.contextLength) ?? .max
            let maximum = max(1, min(config.maxNewTokens, limit))
            context.reserve(newTokens: min(maximum, 65_536), vocabularySize: model.vocabularySize)
            let continuations = config.numReturnSequences
            let stream =
                (streams?[source] ?? UInt64(source)) &* UInt64(continuations)
                &+ UInt64(sequence % continuations)
            return Row(
                sequence: sequence, maximum: maximum, context: context,
                random: RandomGenerator(seed: config.seed, stream: stream))
        }
        self.state = state
        firstHidden = hidden
        inputs = rows.map { _ in 0 }
        newTokens.reserveCapacity(rows.count)
    }

    public var isFinished: Bool { rows.isEmpty }

    public mutating func step() {
        dropFinished()
        newTokens.removeAll(keepingCapacity: true)
        guard !rows.isEmpty else { return }
        let logits = firstHidden.map(model.logits) ?? model.step(inputs, state: &state)
        firstHidden = nil
        let vocabulary = model.vocabularySize
        for index in rows.indices {
            // The logits are this step's own, nobody else reads them: they are changed in place.
            let row = UnsafeMutableBufferPointer(start: logits.floats + index * vocabulary, count: vocabulary)
            for processor in processors { processor.process(row, context: rows[index].context) }
            let token = sampler.sample(row, random: &rows[index].random)
            rows[index].context.append(token)
            inputs[index] = token
            let isEnd = endTokens.contains(token)
            let isLast = isEnd || rows[index].context.newTokenCount >= rows[index].maximum
            rows[index].isFinished = isLast
            newTokens.append(
                GeneratedToken(
                    sequence: rows[index].sequence, id: token,
                    finishReason: isEnd ? .stop : isLast ? .length : nil))
        }
        withExtendedLifetime(logits) {}
        if newTokens.allSatisfy({ $0.finishReason != nil }) { dropFinished() }
    }

    public mutating func finish(sequence: Int) {
        for index in rows.indices where rows[index].sequence == sequence { rows[index].isFinished = true }
        if rows.allSatisfy(\.isFinished) { dropFinished() }
    }

    private mutating func dropFinished() {
        guard rows.contains(where: \.isFinished) else { return }
        let current = rows
        state.keep { !current[$0].isFinished }
        inputs = zip(current, inputs).filter { !$0.0.isFinished }.map(\.1)
        rows.removeAll(where: \.isFinished)
    }
}

extension GenerationConfig {
    /// The processors that the settings ask for, in the reference's order.
    public var logitsProcessors: [any LogitsProcessor] {
        var processors: [any LogitsProcessor] = []
        if repetitionPenalty != 1 { processors.append(RepetitionPenalty(repetitionPenalty)) }
        if noRepeatNgramSize > 0 { processors.append(NoRepeatNGram(noRepeatNgramSize)) }
        if minNewTokens > 0 { processors.append(MinNewTokens(minNewTokens, endTokens: eosTokenIds)) }
        if let token = forcedBosTokenId { processors.append(ForcedFirstToken(token)) }
        if !forcedEosTokenIds.isEmpty {
            processors.append(ForcedLastTokens(forcedEosTokenIds, maxNewTokens: maxNewTokens))
        }
        guard doSample else { return processors }
        if temperature != 1 { processors.append(Temperature(temperature)) }
        if topK > 0 { processors.append(TopK(topK)) }
        if topP < 1 { processors.append(TopP(topP)) }
        return processors
    }

    /// The sampler that the settings ask for.
    public func sampler(engine: Engine = .shared) -> any Sampler {
        doSample ? MultinomialSampler() : GreedySampler(engine: engine)
    }
}
