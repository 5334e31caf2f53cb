import FledgeNN
public import FledgeTensor

/// Marks a place that has no label, as the ecosystem does.
public let ignoredLabel = -100

/// A causal language model that gradients flow back through: whatever its layers are, it learns from the same batches.
public protocol TrainableCausalModel: CausalLanguageModel {
    /// The causal language-modelling loss: how surprised each position is by the label of the next one.
    ///
    /// `labels` has one list a sequence, as long as it, ``ignoredLabel`` where nothing is asked. The result is `[1]`: the
    /// sum over all labels, times `factor`.
    /// `smoothing` of it is the mean over the vocabulary instead.
    func loss(_ sequences: [TokenSequence], labels: [[Int]], factor: Float, smoothing: Float) -> Tensor
}

extension TrainableCausalModel {
    /// The same without smoothing.
    public func loss(_ sequences: [TokenSequence], labels: [[Int]], factor: Float) -> Tensor {
        loss(sequences, labels: labels, factor: factor, smoothing: 0)
    }
}

extension DecoderOnlyTransformer: TrainableCausalModel {
    /// The causal language-modelling loss: how surprised each position is by the label of the next one.
    ///
    /// `labels` has one list a sequence, as long as it, ``ignoredLabel`` where nothing is asked. The result is `[1]`: the
    /// sum over all labels, times `factor`.
    public func loss(_ sequences: [TokenSequence], labels: [[Int]], factor: Float, smoothing: Float) -> Tensor {
        guard let head else { preconditionFailure("this model was loaded without its language-model head") }
        let hidden = hiddenStates(of: sequences, observe: nil)
        let shifted = labels.flatMap { $0.dropFirst() + [ignoredLabel] }
        return head.crossEntropy(hidden, labels: shifted, factor: factor, smoothing: smoothing)
    }
}

extension EncoderDecoderTransformer {
    /// The sequence-to-sequence loss: the decoder reads the target behind the start token and must say it.
    ///
    /// A target's ``ignoredLabel``s are read as `padToken`. The result is `[1]`: the sum over all labels, times `factor`.
    public func loss(
        _ prompts: [[Int]], targets: [[Int]], padToken: Int, factor: Float, smoothing: Float = 0
    ) -> Tensor {
        guard let head else { preconditionFailure("this model was loaded without its language-model head") }
        let inputs = targets.map { target in
            [decoderStartToken] + target.dropLast().map { $0 == ignoredLabel ? padToken : $0 }
        }
        let hidden = decoderStates(prompts, inputs: inputs, observe: nil)
        return head.crossEntropy(
            hidden, scale: headScale, labels: Array(targets.joined()), factor: factor, smoothing: smoothing)
    }
}

extension MaskedLanguageModel {
    /// The masked language-modelling loss over the places that have a label: `[1]`, the sum times `factor`.
    public func loss(_ sequences: [TokenSequence], labels: [[Int]], factor: Float, smoothing: Float = 0) -> Tensor {
        let all = Array(labels.joined())
        let rows = all.indices.filter { all[$0] >= 0 }
        let hidden = backbone.hiddenStates(of: sequences, observe: nil)
        let wanted = hidden.gatheredRows(rows, like: hidden)
        let labels = rows.map { all[$0] }
        guard let transform else {
            return decoder.crossEntropy(wanted, labels: labels, factor: factor, smoothing: smoothing)
        }
        let transformed = transform.dense(wanted, activation: transform.activation)
        return decoder.crossEntropy(
            transformed, norm: transform.norm, labels: labels, factor: factor, smoothing: smoothing)
    }
}

extension ClassLabels {
    /// Whether scores are numbers for themselves rather than classes.
    public var isRegression: Bool { problem == .regression }
}

extension SequenceClassificationModel {
    /// What the layer to the labels gets for each sequence: `[sequences, width]`.
    private func features(_ sequences: [TokenSequence]) -> Tensor {
        let hidden = backbone.hiddenStates(of: sequences, observe: nil)
        return head.inner(hidden.gatheredRows(pooling.rows(of: sequences), like: hidden))
    }

    /// The cross-entropy of each sequence's class: `[1]`, the sum times `factor`.
    public func loss(_ sequences: [TokenSequence], classes: [Int], factor: Float, smoothing: Float = 0) -> Tensor {
        head.output.crossEntropy(features(sequences), labels: classes, factor: factor, smoothing: smoothing)
    }

    /// The loss of a number for every output of every sequence: `[1]`, the sum times `factor`. For a regression it is the
    /// squared error; else outputs are classes of which any may hold, and it is their binary cross-entropy.
    public func loss(_ sequences: [TokenSequence], targets: [[Float]], factor: Float, isRegression: Bool) -> Tensor {
        let logits = head.output(features(sequences))
        let all = Array(targets.joined())
        return isRegression
            ? logits.squaredError(targets: all, factor: factor)
            : logits.binaryCrossEntropy(targets: all, factor: factor)
    }
}

extension TokenClassificationModel {
    /// The cross-entropy of every token that has a label: `[1]`, the sum times `factor`.
    public func loss(_ sequences: [TokenSequence], labels: [[Int]], factor: Float, smoothing: Float = 0) -> Tensor {
        head.crossEntropy(
            backbone.hiddenStates(of: sequences, observe: nil), labels: Array(labels.joined()), factor: factor,
            smoothing: smoothing)
    }
}

extension QuestionAnsweringModel {
    /// The cross-entropies of where answers begin and end, each over its own sequence's positions: `[1]`, half the sum
    /// over sequences, times `factor`.
    public func loss(_ sequences: [TokenSequence], spans: [Range<Int>], factor: Float) -> Tensor {
        let scores = head(backbone.hiddenStates(of: sequences, observe: nil))
        var losses: [Tensor] = []
        var row = 0
        for (sequence, span) in zip(sequences, spans) {
            let own = scores.sliced(0, row..<row + sequence.ids.count).transposed(0, 1).contiguous()
            row += sequence.ids.count
            losses.append(
                own.crossEntropyOfRows(
                    labels: [span.lowerBound, max(span.lowerBound, span.upperBound - 1)], factor: factor / 2))
        }
        return losses.dropFirst().reduce(losses[0]) { $0 + $1 }
    }
}
