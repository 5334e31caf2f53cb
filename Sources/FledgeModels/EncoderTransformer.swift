import FledgeNN
public import FledgeTensor

/// The encoder-only kind (autoencoding): every position sees the whole sequence. BERT and RoBERTa.
public struct EncoderTransformer: Backbone {
    public let engine: Engine
    public let weightType: WeightType
    let stack: TransformerStack

    public init(stack: TransformerStack, type: WeightType, engine: Engine) {
        self.stack = stack
        weightType = type
        self.engine = engine
    }

    public var vocabularySize: Int { stack.embedding.tokens.shape[0] }
    public var hiddenSize: Int { stack.embedding.tokens.shape[1] }
    public var contextLength: Int? { stack.embedding.positions.limit }
    public var positionLimit: Int? { stack.embedding.positions.limit }
    public var typeCount: Int { stack.embedding.segments?.shape[0] ?? 1 }

    public func hiddenStates(of sequences: [TokenSequence], observe: LayerObserver?) -> Tensor {
        stack(
            sequences, isCausal: false, beside: weightType, workspace: Workspace(engine: engine), observe: observe)
    }
}
