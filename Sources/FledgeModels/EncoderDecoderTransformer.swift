public import FledgeNN
public import FledgeTensor

/// The encoder–decoder kind (sequence to sequence): T5 and BART.
///
/// Sequences of a batch lie one after the other without padding, so that no time goes into rows that nobody wants.
public struct EncoderDecoderTransformer: Seq2SeqLanguageModel {
    public let engine: Engine
    public let weightType: WeightType
    public let decoderStartToken: Int
    public let contextLength: Int?
    let encoder: TransformerStack
    let decoder: TransformerStack
    private let crossAttentions: [CrossAttention]
    let head: Linear?
    let headScale: Float

    /// - Parameters:
    ///   - encoder: reads the prompt.
    ///   - decoder: its blocks have cross-attention.
    ///   - head: from the decoder's hidden states to the vocabulary; nil for a model that is only a backbone.
    ///   - headScale: multiplies the hidden states before the head.
    ///   - decoderStartToken: the token that decoding begins with.
    ///   - contextLength: prompt tokens that the model was made for.
    ///   - type: how the weights are stored.
    ///   - engine: what computes.
    public init(
        encoder: TransformerStack, decoder: TransformerStack, head: Linear?, headScale: Float = 1,
        decoderStartToken: Int, contextLength: Int?, type: WeightType, engine: Engine
    ) {
        self.encoder = encoder
        self.decoder = decoder
        crossAttentions = decoder.blocks.compactMap(\.crossAttention)
        self.head = head
        self.headScale = headScale
        self.decoderStartToken = decoderStartToken
        self.contextLength = contextLength
        weightType = type
        self.engine = engine
    }

    public var vocabularySize: Int { encoder.embedding.tokens.shape[0] }
    public var hiddenSize: Int { encoder.embedding.tokens.shape[1] }
    public var positionLimit: Int? { encoder.embedding.positions.limit }
    public var weightBytesPerToken: Int { decoder.weightByteCount + (head?.weight.byteCount ?? 0) }

    public func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int {
        let positions = Double(promptTokens) + Double(newTokens) + 2 * Double(KeyValueCache.pageLength)
        let bytes = decoder.cacheBytesPerPosition(beside: weightType) * Double(sequences) * positions
        return Int(exactly: bytes.rounded()) ?? .max
    }

    public func encode(_ prompts: [[Int]], workspace: Workspace, observe: LayerObserver?) -> Tensor {
        encoder(
            prompts.map { TokenSequence($0) }, isCausal: false, beside: weightType, workspace: workspace,
            prefix: "encoder.", observe: observe)
    }

    public func makeState(prompts: [[Int]], observe: LayerObserver?) -> DecoderState {
        let workspace = Workspace(engine: engine)
        let encoded = encode(prompts, workspace: workspace, observe: observe)
        return DecoderState(
            caches: decoder.makeCaches(slots: prompts.count, beside: weightType, engine: engine),
            pending: PendingCrossAttention(
                hidden: encoded, lengths: prompts.map(\.count), beside: weightType,
                isDifferentiable: decoder.isDifferentiable),
            sequences: prompts.count, positions: decoder.embedding.positions, workspace: workspace)
    }

    public func decode(_ tokens: [Int], counts: [Int]?, state: inout DecoderState, observe: LayerObserver?) -> Tensor {
        if let counts {
            state.advance(by: counts)
        } else if !state.activeSlots.isEmpty {
            state.advance(by: tokens.count / state.activeSlots.count)
        }
        precondition(tokens.count == state.positions.count, "\(tokens.count) tokens for \(state.positions.count) rows")
        let isFirst = state.positions.allSatisfy { $0 == 0 }
        if !decoder.isDifferentiable, !isFirst || !crossAttentions.allSatisfy(\.canAttendToHiddenStates) {
            state.fillCrossCaches(crossAttentions, beside: weightType)
        }
        return decoder.decode(tokens, state: &state, prefix: "decoder.", observe: observe)
    }

    public func logits(_ hidden: Tensor) -> Tensor {
        guard let head else { preconditionFailure("this model was loaded without its language-model head") }
        return head(hidden, norm: decoder.finalNorm, scale: headScale)
    }

    /// The decoder's last hidden states, the final norm included, when it is fed `inputs` beside the encoded prompts.
    public func decoderStates(_ prompts: [[Int]], inputs: [[Int]], observe: LayerObserver?) -> Tensor {
        var state = makeState(prompts: prompts, observe: observe)
        if !decoder.isDifferentiable { state.fillCrossCaches(crossAttentions, beside: weightType) }
        let hidden = decode(Array(inputs.joined()), counts: inputs.map(\.count), state: &state, observe: observe)
        return decoder.finalNorm?(hidden) ?? hidden
    }

    /// The encoder alone, as a backbone.
    public var encoderBackbone: EncoderTransformer {
        EncoderTransformer(stack: encoder, type: weightType, engine: engine)
    }
}

/// An encoder–decoder as the heads for whole texts see it: the decoder reads the text itself, moved to the right by the
/// start token (Lewis et al. 2020, section 3.1).
public struct SelfReadingBackbone: Backbone {
    public let model: EncoderDecoderTransformer

    public init(_ model: EncoderDecoderTransformer) { self.model = model }

    public var engine: Engine { model.engine }
    public var weightType: WeightType { model.weightType }
    public var vocabularySize: Int { model.vocabularySize }
    public var hiddenSize: Int { model.hiddenSize }
    public var contextLength: Int? { model.contextLength }
    public var positionLimit: Int? { model.positionLimit }

    public func hiddenStates(of sequences: [TokenSequence], observe: LayerObserver?) -> Tensor {
        model.decoderStates(
            sequences.map(\.ids), inputs: sequences.map { [model.decoderStartToken] + $0.ids.dropLast() },
            observe: observe)
    }
}
