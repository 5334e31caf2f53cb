import FledgeModels

extension LearningModel {
    /// How many labels a batch has: what its loss is divided by.
    public func labelCount(_ batch: TrainingBatch) -> Int { batch.examples.reduce(0) { $0 + labelCount($1) } }

    /// How many labels an example has.
    func labelCount(_ example: TrainingExample) -> Int {
        switch example.labels {
        case .tokens(let labels): (task == .causalLM ? labels.dropFirst() : labels[...]).count { $0 >= 0 }
        case .target(let labels): labels.count { $0 >= 0 }
        case .categories(let numbers): numbers.count
        case .category, .span: 1
        }
    }

    /// The class of each example; nil where examples have a number for each output.
    func classes(_ batch: TrainingBatch, _ labels: ClassLabels) throws(TrainingError) -> [Int]? {
        if case .categories? = batch.examples.first?.labels { return nil }
        var classes: [Int] = []
        for example in batch.examples {
            guard case .category(let index) = example.labels, labels.names.indices.contains(index),
                labels.statedProblem.map({ $0 == .singleLabel }) ?? true
            else { throw .wrongLabels(task.rawValue) }
            classes.append(index)
        }
        return classes
    }

    func numbers(_ batch: TrainingBatch, _ labels: ClassLabels) throws(TrainingError) -> [[Float]] {
        var rows: [[Float]] = []
        for example in batch.examples {
            guard case .categories(let numbers) = example.labels, numbers.count == labels.count,
                labels.statedProblem != .singleLabel
            else { throw .wrongLabels(task.rawValue) }
            rows.append(numbers)
        }
        return rows
    }

    func tokenLabels(_ batch: TrainingBatch, below limit: Int) throws -> [[Int]] {
        try batch.examples.map { example in
            guard case .tokens(let labels) = example.labels, labels.count == example.inputIDs.count,
                labels.allSatisfy({ $0 < limit })
            else { throw TrainingError.wrongLabels(task.rawValue) }
            return labels
        }
    }

    /// What examples must keep to for these layers.
    static func limits(_ layers: Layers) -> ExampleLimits {
        func limits(_ model: any Transformer, classes: Int? = nil) -> ExampleLimits {
            ExampleLimits(
                length: model.positionLimit ?? model.contextLength, targetLength: model.positionLimit,
                vocabularySize: model.vocabularySize, segmentCount: model.typeCount, classCount: classes)
        }
        switch layers {
        case .causal(let model): return limits(model)
        case .masked(let model): return limits(model.backbone)
        case .seq2Seq(let model): return limits(model)
        case .sequence(let model):
            var result = limits(model.backbone, classes: model.labels.count)
            result.isRegression = model.labels.isRegression
            return result
        case .token(let model): return limits(model.backbone, classes: model.labels.count)
        case .answer(let model): return limits(model.backbone)
        }
    }
}
