public import FledgeNN

/// One generation seen from inside: the tokens, what the model thought at each step and what became of it, and whom every
/// token attended to. Its JSON has `snake_case` keys.
public struct Explanation: Codable, Sendable, Equatable {
    /// How a model is built, which says what attends to what.
    public enum Architecture: String, Codable, Sendable {
        case decoderOnly = "decoder_only"
        case encoderDecoder = "encoder_decoder"
        case encoderOnly = "encoder_only"
    }

    public var architecture: Architecture
    /// Nil where nothing was generated.
    public var settings: ExplainedSettings?
    /// What was asked for: of an encoder–decoder and of an encoder what the encoder read.
    public var promptTokens: [ExplainedToken]
    /// What the decoder read, in order: of a decoder-only model the prompt and what was generated, of an encoder–decoder
    /// the start token and what was generated. The last token generated is not among them: nobody read it.
    public var decoderTokens: [ExplainedToken]
    public var steps: [ExplainedStep]
    /// The generated text.
    public var text: String
    /// Why the generation ended; nil where none did.
    public var finishReason: FinishReason?
    /// A map for each layer and kind. Queries and keys are places in ``decoderTokens`` and, of encoders and for the keys of
    /// cross-attention, ``promptTokens``.
    public var attention: [AttentionMap]
    /// Why ``attention`` is empty where it was asked for.
    public var attentionNote: String?

    enum CodingKeys: String, CodingKey {
        case architecture, settings, steps, text, attention
        case promptTokens = "prompt_tokens"
        case decoderTokens = "decoder_tokens"
        case finishReason = "finish_reason"
        case attentionNote = "attention_note"
    }

    /// The tokens that a kind of attention looks from.
    public func queryTokens(of kind: AttentionMap.Kind) -> [ExplainedToken] {
        kind == .encoder ? promptTokens : decoderTokens
    }

    /// The tokens that a kind of attention looks at.
    public func keyTokens(of kind: AttentionMap.Kind) -> [ExplainedToken] {
        kind == .decoder ? decoderTokens : promptTokens
    }
}

/// What to look at.
public struct ExplanationOptions: Sendable, Equatable {
    /// Candidates of each step: so many of the likeliest before the processors, and so many after them.
    public var candidates = 10
    /// Whether to compute attention maps.
    public var wantsAttention = true
    /// The layers whose maps are kept, counted from 0; nil for all.
    public var attentionLayers: Set<Int>?
    /// Maps of more numbers than this are left out, and ``Explanation/attentionNote`` says so.
    public var attentionLimit = 1 << 24

    public init() {}

    /// What is wrong with the options for a model of so many layers, nil if nothing is.
    func complaint(layers: Int?) -> String? {
        if candidates < 1 { return "the number of candidates is \(candidates); it must be at least 1" }
        guard let layers, wantsAttention, let attentionLayers else { return nil }
        let outside = attentionLayers.sorted().first { !(0..<layers).contains($0) }
        return outside.map { "there is no layer \($0); the model has \(layers), counted from 0; choose some of these" }
    }
}

/// The settings that a generation ran with.
public struct ExplainedSettings: Codable, Sendable, Equatable {
    public var maxNewTokens: Int
    public var doSample: Bool
    public var temperature: Float
    public var topK: Int
    public var topP: Float
    public var repetitionPenalty: Float
    public var noRepeatNgramSize: Int
    public var seed: UInt64

    enum CodingKeys: String, CodingKey {
        case temperature, seed
        case maxNewTokens = "max_new_tokens"
        case doSample = "do_sample"
        case topK = "top_k"
        case topP = "top_p"
        case repetitionPenalty = "repetition_penalty"
        case noRepeatNgramSize = "no_repeat_ngram_size"
    }

    init(_ config: GenerationConfig) {
        maxNewTokens = config.maxNewTokens
        doSample = config.doSample
        temperature = config.temperature
        topK = config.topK
        topP = config.topP
        repetitionPenalty = config.repetitionPenalty
        noRepeatNgramSize = config.noRepeatNgramSize
        seed = config.seed
    }
}
