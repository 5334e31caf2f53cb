import FledgeNN
import FledgeTensor

/// RoBERTa (Liu et al. 2019): BERT's encoder, whose positions begin after the padding token's id, with heads of its own.
public enum RoBERTa {
    public static let family: ModelFamily = {
        var family = ModelFamily(["roberta", "xlm-roberta", "camembert"]) { source in
            let config = try source.decode(BERT.Config.self)
            let scope = source.root.optional("roberta")
            let base = try encoder(source, config)
            var model: any Backbone = base
            if scope.contains("pooler.dense.weight") {
                model = PooledBackbone(base: base, pooler: try BERT.pooler(scope, config))
            }
            try finish(source)
            return model
        }
        family.fresh = FreshWeights(
            prefixes: ["roberta"], paddedNames: ["word_embeddings.weight", "position_embeddings.weight"],
            hasOptional: { name, _ in name == "lm_head.bias" })
        family.maskedLM = { source in
            let config = try source.decode(BERT.Config.self)
            let base = try encoder(source, config)
            let head = source.root / "lm_head"
            let transform = MaskedLanguageModel.Transform(
                dense: try Linear(head, ["dense"], inputs: config.hiddenSize, outputs: config.hiddenSize, bias: true),
                activation: .gelu,
                norm: try head.layerNorm("layer_norm", width: config.hiddenSize, epsilon: config.layerNormEps))
            let decoder = try BERT.vocabularyHead(source, head, config, source.root.optional("roberta"))
            try finish(source)
            return MaskedLanguageModel(backbone: base, transform: transform, decoder: decoder)
        }
        family.sequenceClassification = { source in
            let config = try source.decode(BERT.Config.self)
            let labels = try source.labels()
            let base = try encoder(source, config)
            let scope = source.root / "classifier"
            let head = ClassificationHead(
                dense: try Linear(
                    scope, ["dense"], inputs: config.hiddenSize, outputs: config.hiddenSize, bias: true),
                output: try Linear(scope, ["out_proj"], inputs: config.hiddenSize, outputs: labels.count, bias: true))
            try finish(source)
            return SequenceClassificationModel(backbone: base, pooling: .first, head: head, labels: labels)
        }
        family.tokenClassification = { source in
            let config = try source.decode(BERT.Config.self)
            let labels = try source.labels()
            let base = try encoder(source, config)
            let head = try Linear(
                source.root, ["classifier"], inputs: config.hiddenSize, outputs: labels.count, bias: true)
            try finish(source)
            return TokenClassificationModel(backbone: base, head: head, labels: labels)
        }
        family.questionAnswering = { source in
            let config = try source.decode(BERT.Config.self)
            let base = try encoder(source, config)
            let head = try Linear(source.root, ["qa_outputs"], inputs: config.hiddenSize, outputs: 2, bias: true)
            try finish(source)
            return QuestionAnsweringModel(backbone: base, head: head)
        }
        return family
    }()

    private static func encoder(_ source: ModelSource, _ config: BERT.Config) throws -> EncoderTransformer {
        try BERT.encoder(
            source, source.root.optional("roberta"), config, positionsAfter: config.padTokenId ?? 1)
    }

    private static func finish(_ source: ModelSource) throws {
        try source.finish(
            ignoring: ["lm_head.", "classifier.", "qa_outputs.", "roberta.pooler.", "pooler."],
            buffers: [".position_ids"])
    }
}
