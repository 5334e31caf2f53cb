import FledgeNN
import FledgeTensor

/// What the decoder-only families have in common: one stack, and the same heads under the same names.
struct DecoderOnlyFamily: Sendable {
    /// What a family says about a checkpoint.
    struct Parts {
        let stack: TransformerStack
        /// The token embedding, which is the language-model head where the file has no other.
        let embedding: Tensor
        let contextLength: Int?
        let tiesEmbeddings: Bool
        var tokenHeadHasBias = true
    }

    let modelTypes: [String]
    /// Beginnings of names that stand before the stack's in some files.
    let prefixes: [String]
    /// The head of token classification.
    let tokenHead: String
    /// Ends of the names of buffers that old files hold.
    let buffers: [String]
    /// Ends of the names of matrices that files hold as `[inputs, outputs]`.
    var inputsFirst: [String] = []
    /// How the reference begins to learn.
    var fresh = FreshWeights()
    /// Loads the stack at a place in the checkpoint.
    let load: @Sendable (ModelSource, WeightScope) throws -> Parts

    private struct PaddingField: Decodable {
        let padTokenId: Int?
        enum CodingKeys: String, CodingKey { case padTokenId = "pad_token_id" }
    }

    private func parts(_ source: ModelSource) throws -> Parts {
        let prefix = prefixes.first { source.weights.checkpoint.containsAnything(under: $0) }
        return try load(source, prefix.map { source.root / $0 } ?? source.root)
    }

    private func model(_ source: ModelSource, _ parts: Parts, head: Linear?) -> DecoderOnlyTransformer {
        DecoderOnlyTransformer(
            stack: parts.stack, head: head, contextLength: parts.contextLength, type: source.type,
            engine: source.engine)
    }

    private func finish(_ source: ModelSource) throws {
        try source.finish(ignoring: ["lm_head.", "score.", "classifier.", "qa_outputs."], buffers: buffers)
    }

    var family: ModelFamily {
        var family = ModelFamily(modelTypes) { source in
            let model = model(source, try parts(source), head: nil)
            try finish(source)
            return model
        }
        family.fresh = fresh
        family.fresh.prefixes = prefixes
        family.fresh.inputsFirst = inputsFirst
        family.causalLM = { source in
            let parts = try parts(source)
            let shape = parts.embedding.shape
            // Without an embedding the loading fails in the end, and there is no size to ask a head for.
            let hasOwn = !parts.tiesEmbeddings && parts.embedding.elementCount > 0
            let matrix =
                hasOwn ? try (source.root / "lm_head").tensor("weight", shape: shape) : parts.embedding
            let head = Linear(source.weights, matrices: [matrix], biases: [])
            try finish(source)
            return model(source, parts, head: head)
        }
        family.sequenceClassification = { source in
            let parts = try parts(source)
            let labels = try source.labels()
            let head = try Linear(source.root, ["score"], inputs: parts.embedding.shape[1], outputs: labels.count)
            try finish(source)
            let padding = try ModelConfig.decode(PaddingField.self, source.config, path: source.configPath).padTokenId
            return SequenceClassificationModel(
                backbone: model(source, parts, head: nil),
                pooling: padding.map { .lastOther(than: $0) } ?? .last, head: ClassificationHead(output: head),
                labels: labels)
        }
        family.tokenClassification = { source in
            let parts = try parts(source)
            let labels = try source.labels()
            let head = try Linear(
                source.root, [tokenHead], inputs: parts.embedding.shape[1], outputs: labels.count,
                bias: parts.tokenHeadHasBias)
            try finish(source)
            return TokenClassificationModel(
                backbone: model(source, parts, head: nil), head: head, labels: labels)
        }
        family.questionAnswering = { source in
            let parts = try parts(source)
            let head = try Linear(
                source.root, ["qa_outputs"], inputs: parts.embedding.shape[1], outputs: 2, bias: true)
            try finish(source)
            return QuestionAnsweringModel(backbone: model(source, parts, head: nil), head: head)
        }
        return family
    }
}
