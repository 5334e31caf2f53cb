public import FledgeNN
public import FledgeTensor

/// The decoder-only kind (autoregressive): each position sees what comes before it, and predicts what comes next.
/// GPT-2, BLOOM and LLaMA are this with different positions, norms and activations.
public struct DecoderOnlyTransformer: CausalLanguageModel {
    public let engine: Engine
    public let weightType: WeightType
    public let contextLength: Int?
    private let stack: TransformerStack
    let head: Linear?

    /// - Parameters:
    ///   - stack: embedding, blocks and final norm.
    ///   - head: from hidden states to the vocabulary; nil for a model that is only a backbone.
    ///   - contextLength: tokens that the model was made for.
    ///   - type: how the weights are stored.
    ///   - engine: what computes.
    public init(
        stack: TransformerStack, head: Linear?, contextLength: Int?, type: WeightType, engine: Engine
    ) {
        self.stack = stack
        self.head = head
        self.contextLength = contextLength
        weightType = type
        self.engine = engine
    }

    public var vocabularySize: Int { stack.embedding.tokens.shape[0] }
    public var hiddenSize: Int { stack.embedding.tokens.shape[1] }
    public var positionLimit: Int? { stack.embedding.positions.limit }
    public var weightBytesPerToken: Int { stack.weightByteCount + (head?.weight.byteCount ?? 0) }

    public func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int {
        let positions = Double(promptTokens) + Double(newTokens) + Double(KeyValueCache.pageLength)
        let bytes = stack.cacheBytesPerPosition(beside: weightType) * Double(sequences) * positions
        return Int(exactly: bytes.rounded()) ?? .max
    }

    /// The last token of a full window is predicted, not read.
    public func newTokenLimit(promptTokens: Int, window: Int?) -> Int? {
        let limits = [window ?? contextLength, positionLimit].compactMap { $0 }
        return limits.min().map { max(0, $0 - promptTokens + 1) }
    }

    public func continuedSequence(prompt: [Int], startToken: Int?) -> [Int] { prompt }

    public func hiddenStates(of sequences: [TokenSequence], observe: LayerObserver?) -> Tensor {
        stack(
            sequences, isCausal: true, beside: weightType, workspace: Workspace(engine: engine), observe: observe)
    }

    public func makeState(sequences: Int) -> DecoderState {
        DecoderState(
            caches: stack.makeCaches(slots: sequences, beside: weightType, engine: engine), sequences: sequences,
            positions: stack.embedding.positions, workspace: Workspace(engine: engine))
    }

    public func start(
        _ prompts: [[Int]], startToken: Int?, chunk: Int, observe: LayerObserver?
    ) -> (DecoderState, Tensor) {
        var state = makeState(sequences: prompts.count)
        let last = Tensor(in: state.workspace, shape: Shape(prompts.count, hiddenSize))
        var read = prompts.map { _ in 0 }
        while let counts = nextCounts(prompts, read, chunk: max(1, chunk)) {
            var tokens: [Int] = []
            for (row, count) in counts.enumerated() { tokens += prompts[row][read[row]..<read[row] + count] }
            let pending = prompts.indices.map { prompts[$0].count - read[$0] - counts[$0] }
            state.advance(by: counts, pending: pending)
            let hidden = stack.decode(tokens, state: &state, observe: observe)
            var end = 0
            for (row, count) in counts.enumerated() {
                read[row] += count
                end += count
                guard count > 0, read[row] == prompts[row].count else { continue }
                (last.floats + row * hiddenSize).update(from: hidden.floats + (end - 1) * hiddenSize, count: hiddenSize)
            }
            withExtendedLifetime(hidden) {}
        }
        return (state, last)
    }

    /// How many tokens of each prompt the next pass reads, together at most `chunk`; nil when all are read.
    private func nextCounts(_ prompts: [[Int]], _ read: [Int], chunk: Int) -> [Int]? {
        var left = chunk
        let counts = prompts.indices.map { row in
            let count = min(left, prompts[row].count - read[row])
            left -= count
            return count
        }
        return left == chunk ? nil : counts
    }

    public func decode(_ tokens: [Int], counts: [Int]?, state: inout DecoderState, observe: LayerObserver?) -> Tensor {
        if let counts {
            state.advance(by: counts)
        } else if !state.activeSlots.isEmpty {
            state.advance(by: tokens.count / state.activeSlots.count)
        }
        precondition(tokens.count == state.positions.count, "\(tokens.count) tokens for \(state.positions.count) rows")
        return stack.decode(tokens, state: &state, observe: observe)
    }

    public func logits(_ hidden: Tensor) -> Tensor {
        guard let head else { preconditionFailure("this model was loaded without its language-model head") }
        return head(hidden, norm: stack.finalNorm)
    }
}
