public import FledgeNN
public import FledgeTensor

/// An LSTM or a GRU that predicts what comes next: the same interface as a transformer's, with a state of fixed size
/// instead of caches that grow.
public struct RecurrentLanguageModel: CausalLanguageModel {
    public let engine: Engine
    public let weightType: WeightType
    public let hiddenSize: Int
    /// `[vocabulary, embedding size]`, as it lies in the file.
    private let embedding: Tensor
    private let layers: Recurrent
    private let head: Linear?

    /// - Parameters:
    ///   - embedding: a row a token.
    ///   - layers: the recurrent layers.
    ///   - head: from the last layer's states to the vocabulary; nil for a model that is only a backbone.
    ///   - hiddenSize: numbers of a state.
    ///   - type: how the weights are stored.
    ///   - engine: what computes.
    public init(
        embedding: Tensor, layers: Recurrent, head: Linear?, hiddenSize: Int, type: WeightType, engine: Engine
    ) {
        self.embedding = embedding
        self.layers = layers
        self.head = head
        self.hiddenSize = hiddenSize
        weightType = type
        self.engine = engine
    }

    public var vocabularySize: Int { embedding.shape[0] }
    public var contextLength: Int? { nil }
    public var positionLimit: Int? { nil }
    public var weightBytesPerToken: Int { layers.weightByteCount + (head?.weight.byteCount ?? 0) }

    /// The same for any length.
    public func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int {
        let bytes = layers.makeState(sequences: 1).byteCount.multipliedReportingOverflow(by: sequences)
        return bytes.overflow ? .max : bytes.partialValue
    }

    /// The last token of a full window is predicted, not read.
    public func newTokenLimit(promptTokens: Int, window: Int?) -> Int? { window.map { max(0, $0 - promptTokens + 1) } }

    public func continuedSequence(prompt: [Int], startToken: Int?) -> [Int] { prompt }

    public func makeState(sequences: Int) -> DecoderState {
        DecoderState(
            caches: [], recurrent: layers.makeState(sequences: sequences), sequences: sequences,
            positions: NoPositions(), workspace: Workspace(engine: engine))
    }

    public func start(
        _ prompts: [[Int]], startToken: Int?, chunk: Int, observe: LayerObserver?
    ) -> (DecoderState, Tensor) {
        readInChunks(prompts, chunk: chunk) { tokens, state in decoded(tokens, state: &state, observe: observe) }
    }

    public func decode(_ tokens: [Int], counts: [Int]?, state: inout DecoderState, observe: LayerObserver?) -> Tensor {
        if let counts {
            state.advance(by: counts)
        } else if !state.activeSlots.isEmpty {
            state.advance(by: tokens.count / state.activeSlots.count)
        }
        precondition(tokens.count == state.positions.count, "\(tokens.count) tokens for \(state.positions.count) rows")
        return decoded(tokens, state: &state, observe: observe)
    }

    private func decoded(_ tokens: [Int], state: inout DecoderState, observe: LayerObserver?) -> Tensor {
        let spans = state.step.spans
        let steps = RecurrentSteps(counts: spans.map(\.queryCount), slots: spans.map(\.slot))
        let hidden = run(tokens, steps, state: &state.recurrent, workspace: state.workspace, observe: observe)
        return steps.restored(hidden)
    }

    public func logits(_ hidden: Tensor) -> Tensor {
        guard let head else { preconditionFailure("this model was loaded without its language-model head") }
        return head(hidden)
    }

    public func hiddenStates(of sequences: [TokenSequence], observe: LayerObserver?) -> Tensor {
        let steps = RecurrentSteps(counts: sequences.map(\.ids.count))
        var state: RecurrentState?
        let hidden = run(
            sequences.flatMap(\.ids), steps, state: &state, workspace: Workspace(engine: engine), observe: observe)
        return steps.restored(hidden)
    }

    /// The last layer's states in the order of the steps; observers get them in the order of the tokens.
    private func run(
        _ tokens: [Int], _ steps: RecurrentSteps, state: inout RecurrentState?, workspace: Workspace,
        observe: LayerObserver?
    ) -> Tensor {
        var rows = embedding.gatheredRows(steps.places.lazy.map { tokens[$0] }, in: workspace)
        if let dropout = layers.layers.first?.input.dropout?.stream(2) { rows = dropout(rows) }
        guard let observe else { return layers(rows, steps: steps, state: &state) }
        observe("embedding", steps.restored(rows))
        let hidden = layers(rows, steps: steps, state: &state) { observe(String($0), steps.restored($1)) }
        observe("output", steps.restored(hidden))
        return hidden
    }
}

extension RecurrentLanguageModel: TrainableCausalModel {
    public func loss(_ sequences: [TokenSequence], labels: [[Int]], factor: Float, smoothing: Float) -> Tensor {
        guard let head else { preconditionFailure("this model was loaded without its language-model head") }
        // Nothing is asked of a sequence's last token, unless there is nothing else.
        let isShort = sequences.allSatisfy { $0.ids.count < 2 }
        let inputs = isShort ? sequences.map(\.ids) : sequences.map { Array($0.ids.dropLast()) }
        let wanted = isShort ? inputs.flatMap { $0.map { _ in ignoredLabel } } : labels.flatMap { $0.dropFirst() }
        let steps = RecurrentSteps(counts: inputs.map(\.count))
        var state: RecurrentState?
        let hidden = run(
            inputs.flatMap { $0 }, steps, state: &state, workspace: Workspace(engine: engine), observe: nil)
        return head.crossEntropy(hidden, labels: steps.places.map { wanted[$0] }, factor: factor, smoothing: smoothing)
    }
}
