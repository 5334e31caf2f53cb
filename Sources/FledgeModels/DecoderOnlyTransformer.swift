public import FledgeNN
public import FledgeTensor

/// The decoder-only kind (autoregressive): each position sees what comes before it, and predicts what comes next.
/// GPT-2, BLOOM and LLaMA are this with different positions, norms and activations.
public struct DecoderOnlyTransformer: CausalLanguageModel {
    public let engine: Engine
    public let weightType: WeightType
    public let contextLength: Int?
    let stack: TransformerStack
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
        readInChunks(prompts, chunk: chunk) { tokens, state in stack.decode(tokens, state: &state, observe: observe) }
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
