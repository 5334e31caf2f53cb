import FledgeModels
import FledgeTensor

/// What a model makes of a batch that it does not learn from.
struct BatchEvaluation {
    /// The sum over labels.
    var loss = 0.0
    var labels = 0
    /// The decisions that were right, and all of them; none where the task makes no decisions.
    var right = 0
    var decisions = 0

    static func += (sum: inout BatchEvaluation, other: BatchEvaluation) {
        sum.loss += other.loss
        sum.labels += other.labels
        sum.right += other.right
        sum.decisions += other.decisions
    }

    /// The mean loss, and of classifiers the share of right decisions.
    var metrics: [String: Double] {
        var metrics = ["eval_loss": loss / Double(max(1, labels))]
        if decisions > 0 { metrics["eval_accuracy"] = Double(right) / Double(decisions) }
        return metrics
    }
}

extension LearningModel {
    /// The loss of a batch, and of classifiers how many classes are right. A sequence of which several classes may hold
    /// counts as one decision for each class; a regression makes none.
    ///
    /// - Throws: as ``loss(_:factor:dropout:)``.
    func evaluate(_ batch: TrainingBatch) throws -> BatchEvaluation {
        var result = BatchEvaluation()
        result.labels = labelCount(batch)
        let logits: Tensor?
        (result.loss, logits) = try lossAndLogits(batch)
        guard let logits else { return result }
        let width = max(1, logits.shape[1])
        let scores = logits.scalars
        var row = 0
        func decision() -> Int {
            let own = scores[row * width..<(row + 1) * width]
            row += 1
            return own.indices.max { own[$0] < own[$1] }.map { $0 - own.startIndex } ?? 0
        }
        for example in batch.examples {
            switch example.labels {
            case .category(let wanted):
                result.right += decision() == wanted ? 1 : 0
                result.decisions += 1
            case .tokens(let labels):
                for wanted in labels {
                    let found = decision()
                    guard wanted >= 0 else { continue }
                    result.right += found == wanted ? 1 : 0
                    result.decisions += 1
                }
            case .categories(let wanted):
                let own = scores[row * width..<(row + 1) * width]
                row += 1
                guard !isRegression else { continue }
                result.right += zip(own, wanted).count { ($0 > 0) == ($1 > 0.5) }
                result.decisions += wanted.count
            case .target, .span: break
            }
        }
        return result
    }

    /// The sum of a batch's losses, and the scores of classifiers: `[sequences or tokens, classes]`.
    ///
    /// - Throws: as ``loss(_:factor:dropout:)``.
    func lossAndLogits(_ batch: TrainingBatch) throws -> (loss: Double, logits: Tensor?) {
        let layers = try makeLayers(dropout: nil)
        let sequences = batch.examples.map { TokenSequence($0.inputIDs, typeIDs: $0.segmentIDs ?? []) }
        switch layers {
        case .sequence(let model):
            let logits = try model.logits(sequences)
            if let classes = try classes(batch, model.labels) {
                let loss = logits.crossEntropyOfRows(labels: classes, factor: 1, smoothing: labelSmoothing)
                return (Double(loss.scalars[0]), logits)
            }
            let targets = Array(try numbers(batch, model.labels).joined())
            let loss =
                model.labels.isRegression
                ? logits.squaredError(targets: targets, factor: 1)
                : logits.binaryCrossEntropy(targets: targets, factor: 1)
            return (Double(loss.scalars[0]), logits)
        case .token(let model):
            let labels = Array(try tokenLabels(batch, below: model.labels.count).joined())
            let logits = try model.logits(sequences)
            let loss = logits.crossEntropyOfRows(labels: labels, factor: 1, smoothing: labelSmoothing)
            return (Double(loss.scalars[0]), logits)
        default: return (Double(try loss(batch, factor: 1).scalars[0]), nil)
        }
    }
}
