public import FledgeNN
public import FledgeTensor

/// Called with a name and the value of a layer as it is computed, for those who look inside.
public typealias LayerObserver = (String, Tensor) -> Void

/// A sequence on its way into a model.
public struct TokenSequence: Sendable, Equatable, ExpressibleByArrayLiteral {
    public var ids: [Int]
    /// The segment of each token, for models that tell two texts apart; empty for all 0.
    public var typeIDs: [Int]

    public init(_ ids: [Int], typeIDs: [Int] = []) {
        self.ids = ids
        self.typeIDs = typeIDs
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }
}

/// What every transformer has, with or without a head.
///
/// A model is immutable and shared by any number of concurrent computations. Token ids must lie within the vocabulary:
/// ``validate(_:)-([Int])`` says so with an error, the other functions trap.
public protocol Transformer: Sendable {
    var engine: Engine { get }
    var weightType: WeightType { get }
    var vocabularySize: Int { get }
    /// Numbers of a hidden state.
    var hiddenSize: Int { get }
    /// Tokens that the model was made for, nil where it has no such bound.
    var contextLength: Int? { get }
    /// Tokens that it has positions for, nil where any number has.
    var positionLimit: Int? { get }
    /// Segments that it tells apart.
    var typeCount: Int { get }
}

extension Transformer {
    public var typeCount: Int { 1 }

    /// - Throws: ``ModelError/tokenOutsideVocabulary(_:_:)``.
    public func validate(_ tokens: [Int]) throws(ModelError) {
        for token in tokens where token < 0 || token >= vocabularySize {
            throw .tokenOutsideVocabulary(token, vocabularySize)
        }
    }

    /// - Throws: ``ModelError`` for a token or a segment that does not exist, an empty sequence, or one that is too
    ///   long.
    public func validate(_ sequence: TokenSequence) throws(ModelError) {
        try validate(sequence.ids)
        guard !sequence.ids.isEmpty else { throw .emptySequence }
        if let limit = positionLimit ?? contextLength, sequence.ids.count > limit {
            throw .sequenceTooLong(sequence.ids.count, limit)
        }
        guard sequence.typeIDs.isEmpty || sequence.typeIDs.count == sequence.ids.count else {
            throw .segmentsMismatch(sequence.typeIDs.count, sequence.ids.count)
        }
        for type in sequence.typeIDs where type < 0 || type >= typeCount { throw .noSuchSegment(type, typeCount) }
    }
}

/// A transformer without a head: token ids to hidden states. All three kinds are one: an encoder's output, a decoder's
/// (every position sees what comes before it), or, of an encoder–decoder, whichever its heads look at.
public protocol Backbone: Transformer {
    /// The last hidden states, the final norm included, all sequences' positions one after the other:
    /// `[positions, hiddenSize]`.
    func hiddenStates(of sequences: [TokenSequence], observe: LayerObserver?) -> Tensor
}

/// A model that continues sequences token by token.
public protocol GenerativeModel: Transformer {
    /// Bytes of weights that decoding one token reads.
    var weightBytesPerToken: Int { get }

    /// Bytes that the caches of a ``DecoderState`` take at most; `Int.max` where the number overflows.
    func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int

    /// Tokens that can follow a prompt of a length, nil where there is no bound; `window` instead of ``contextLength``.
    func newTokenLimit(promptTokens: Int, window: Int?) -> Int?

    /// The sequence that generation continues: the prompt, or for an encoder–decoder its start token.
    func continuedSequence(prompt: [Int], startToken: Int?) -> [Int]

    /// Reads prompts, at most `chunk` tokens in one pass, and prepares to go on from each.
    ///
    /// - Returns: the state, and the hidden states that predict each prompt's next token, before the final norm:
    ///   `[prompts, hiddenSize]`.
    func start(_ prompts: [[Int]], startToken: Int?, chunk: Int, observe: LayerObserver?) -> (DecoderState, Tensor)

    /// Decodes further tokens of the running sequences: equally many for each, or as many as `counts` says.
    ///
    /// `tokens` are the first sequence's, then the second's, …; the result is the hidden states before the final norm,
    /// `[tokens, hiddenSize]`.
    func decode(_ tokens: [Int], counts: [Int]?, state: inout DecoderState, observe: LayerObserver?) -> Tensor

    /// Scores of every token of the vocabulary, `[rows, vocabulary]`, for hidden states from
    /// ``decode(_:counts:state:observe:)``.
    func logits(_ hidden: Tensor) -> Tensor
}

/// Tokens that are read in one pass unless told otherwise: enough to keep the processor busy, few enough that what is
/// computed on the way stays small.
public let defaultPrefillChunk = 1024

extension GenerativeModel {
    /// Reads prompts in passes of the usual size.
    public func start(_ prompts: [[Int]], startToken: Int? = nil) -> (DecoderState, Tensor) {
        start(prompts, startToken: startToken, chunk: defaultPrefillChunk, observe: nil)
    }

    /// Decodes equally many further tokens for every running sequence.
    public func decode(_ tokens: [Int], state: inout DecoderState, observe: LayerObserver? = nil) -> Tensor {
        decode(tokens, counts: nil, state: &state, observe: observe)
    }

    /// The logits of one more token for every running sequence: `[sequences, vocabulary]`.
    public func step(_ tokens: [Int], state: inout DecoderState) -> Tensor {
        logits(decode(tokens, counts: nil, state: &state, observe: nil))
    }
}

/// A decoder-only (autoregressive) language model.
public protocol CausalLanguageModel: GenerativeModel, Backbone {
    /// An empty state for so many sequences.
    func makeState(sequences: Int) -> DecoderState
}

/// An encoder–decoder: a prompt is encoded once, and tokens are decoded one after the other against it.
public protocol Seq2SeqLanguageModel: GenerativeModel {
    /// The token that decoding begins with.
    var decoderStartToken: Int { get }

    /// The encoder's last hidden states, all prompts' positions one after the other: `[positions, hiddenSize]`.
    func encode(_ prompts: [[Int]], workspace: Workspace, observe: LayerObserver?) -> Tensor

    /// Encodes the prompts and prepares to decode against each.
    func makeState(prompts: [[Int]], observe: LayerObserver?) -> DecoderState
}

extension Seq2SeqLanguageModel {
    public func continuedSequence(prompt: [Int], startToken: Int?) -> [Int] { [startToken ?? decoderStartToken] }

    public func newTokenLimit(promptTokens: Int, window: Int?) -> Int? { positionLimit }

    public func start(
        _ prompts: [[Int]], startToken: Int?, chunk: Int, observe: LayerObserver?
    ) -> (DecoderState, Tensor) {
        var state = makeState(prompts: prompts, observe: observe)
        let start = prompts.map { _ in startToken ?? decoderStartToken }
        let hidden = decode(start, counts: nil, state: &state, observe: observe)
        return (state, hidden)
    }
}
