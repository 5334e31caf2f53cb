public import FledgeNN
public import FledgeTensor

/// Which hidden state stands for a whole sequence.
public enum SequencePooling: Sendable, Equatable {
    /// The first token's: BERT's `[CLS]`, RoBERTa's `<s>`.
    case first
    /// The last token's, which in a causal model has seen all others.
    case last
    /// That of the last token with another id than the padding token's.
    case lastOther(than: Int)
    /// That of the last token with this id: BART's and T5's `</s>`.
    case lastOccurrence(of: Int)

    /// The row of each sequence, counted over all sequences' positions.
    func rows(of sequences: [TokenSequence]) -> [Int] {
        var offset = 0
        return sequences.map { sequence in
            defer { offset += sequence.ids.count }
            switch self {
            case .first: return offset
            case .lastOther(let id):
                // Of nothing but padding tokens the reference takes the first.
                return offset + (sequence.ids.lastIndex { $0 != id } ?? 0)
            case .last: return offset + sequence.ids.count - 1
            case .lastOccurrence(let id):
                return offset + (sequence.ids.lastIndex(of: id) ?? sequence.ids.count - 1)
            }
        }
    }
}

/// A layer with tanh, for heads that have one, and a linear layer to the labels.
public struct ClassificationHead: Sendable {
    public let dense: Linear?
    public let output: Linear

    public init(dense: Linear? = nil, output: Linear) {
        self.dense = dense
        self.output = output
    }

    /// `[rows, labels]` for `[rows, hiddenSize]`.
    public func callAsFunction(_ hidden: Tensor) -> Tensor { output(inner(hidden)) }

    /// What the layer to the labels gets.
    func inner(_ hidden: Tensor) -> Tensor {
        let dropped = output.dropout?.stream(3)(hidden) ?? hidden
        guard let dense else { return dropped }
        let inner = dense(dropped, activation: .tanh)
        return output.dropout?(inner) ?? inner
    }
}

/// What the outputs of a classifier mean: `id2label` and `problem_type` of `config.json`.
public struct ClassLabels: Sendable, Equatable {
    /// How scores become probabilities.
    public enum Problem: String, Sendable, Codable {
        case regression
        case singleLabel = "single_label_classification"
        case multiLabel = "multi_label_classification"
    }

    public let names: [String]
    public let problem: Problem
    /// The `problem_type` that the configuration states, if it does.
    public let statedProblem: Problem?

    public init(names: [String], problem: Problem? = nil) {
        self.names = names
        statedProblem = problem
        self.problem = problem ?? (names.count == 1 ? .regression : .singleLabel)
    }

    public var count: Int { names.count }
}

/// A text to one of several classes.
public struct SequenceClassificationModel: Sendable {
    public let backbone: any Backbone
    public let pooling: SequencePooling
    public let head: ClassificationHead
    public let labels: ClassLabels

    public init(backbone: any Backbone, pooling: SequencePooling, head: ClassificationHead, labels: ClassLabels) {
        self.backbone = backbone
        self.pooling = pooling
        self.head = head
        self.labels = labels
    }

    /// `[sequences, labels]`.
    ///
    /// - Throws: ``ModelError`` for a sequence that the model cannot take.
    public func logits(_ sequences: [TokenSequence], observe: LayerObserver? = nil) throws(ModelError) -> Tensor {
        for sequence in sequences { try backbone.validate(sequence) }
        let hidden = backbone.hiddenStates(of: sequences, observe: observe)
        return head(hidden.gatheredRows(pooling.rows(of: sequences), like: hidden))
    }
}

/// Each token of a text to one of several classes.
public struct TokenClassificationModel: Sendable {
    public let backbone: any Backbone
    public let head: Linear
    public let labels: ClassLabels

    public init(backbone: any Backbone, head: Linear, labels: ClassLabels) {
        self.backbone = backbone
        self.head = head
        self.labels = labels
    }

    /// `[positions of all sequences, labels]`.
    ///
    /// - Throws: ``ModelError`` for a sequence that the model cannot take.
    public func logits(_ sequences: [TokenSequence], observe: LayerObserver? = nil) throws(ModelError) -> Tensor {
        for sequence in sequences { try backbone.validate(sequence) }
        return head(backbone.hiddenStates(of: sequences, observe: observe))
    }
}

/// A question and a text to the place in the text where the answer is.
public struct QuestionAnsweringModel: Sendable {
    public let backbone: any Backbone
    public let head: Linear

    public init(backbone: any Backbone, head: Linear) {
        self.backbone = backbone
        self.head = head
    }

    /// `[positions of all sequences, 2]`: how well an answer would begin and end there.
    ///
    /// - Throws: ``ModelError`` for a sequence that the model cannot take.
    public func logits(_ sequences: [TokenSequence], observe: LayerObserver? = nil) throws(ModelError) -> Tensor {
        for sequence in sequences { try backbone.validate(sequence) }
        return head(backbone.hiddenStates(of: sequences, observe: observe))
    }
}

/// The token that belongs in each place, seen from both sides.
public struct MaskedLanguageModel: Sendable {
    public let backbone: any Backbone
    /// What hidden states go through before the vocabulary; nil where a model goes there directly.
    public let transform: Transform?
    public let decoder: Linear

    public struct Transform: Sendable {
        public let dense: Linear
        public let activation: Activation
        public let norm: Norm

        public init(dense: Linear, activation: Activation, norm: Norm) {
            self.dense = dense
            self.activation = activation
            self.norm = norm
        }
    }

    public init(backbone: any Backbone, transform: Transform?, decoder: Linear) {
        self.backbone = backbone
        self.transform = transform
        self.decoder = decoder
    }

    /// Scores of every token of the vocabulary: `[positions of all sequences, vocabulary]`, or only at `rows`, counted
    /// over all sequences' positions.
    ///
    /// - Throws: ``ModelError`` for a sequence that the model cannot take.
    public func logits(
        _ sequences: [TokenSequence], rows: [Int]? = nil, observe: LayerObserver? = nil
    ) throws(ModelError) -> Tensor {
        for sequence in sequences { try backbone.validate(sequence) }
        var hidden = backbone.hiddenStates(of: sequences, observe: observe)
        if let rows { hidden = hidden.gatheredRows(rows, like: hidden) }
        guard let transform else { return decoder(hidden) }
        return decoder(transform.dense(hidden, activation: transform.activation), norm: transform.norm)
    }
}

/// A backbone with the layer that some of them put on the first token (BERT's `pooler`).
public struct PooledBackbone: Backbone {
    public let base: any Backbone
    public let pooler: Linear

    public init(base: any Backbone, pooler: Linear) {
        self.base = base
        self.pooler = pooler
    }

    public var engine: Engine { base.engine }
    public var weightType: WeightType { base.weightType }
    public var vocabularySize: Int { base.vocabularySize }
    public var hiddenSize: Int { base.hiddenSize }
    public var contextLength: Int? { base.contextLength }
    public var positionLimit: Int? { base.positionLimit }
    public var typeCount: Int { base.typeCount }

    public func hiddenStates(of sequences: [TokenSequence], observe: LayerObserver?) -> Tensor {
        base.hiddenStates(of: sequences, observe: observe)
    }

    /// tanh(W h + b) of each sequence's first token, for hidden states of these sequences: `[sequences, hiddenSize]`.
    public func pooled(_ hidden: Tensor, of sequences: [TokenSequence]) -> Tensor {
        pooler(hidden.gatheredRows(SequencePooling.first.rows(of: sequences), like: hidden), activation: .tanh)
    }
}
