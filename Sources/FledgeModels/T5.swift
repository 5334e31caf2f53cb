import FledgeNN
import FledgeTensor

/// The T5 encoder–decoder (Raffel et al. 2020): v1.0 with ReLU and tied embeddings, v1.1 and FLAN with a gated
/// activation and a head of its own. Scores are not scaled; positions are a learned bias by distance.
public enum T5 {
    public static let family: ModelFamily = {
        var family = ModelFamily(["t5", "mt5"]) { source in
            let config = try source.decode(T5Config.self)
            // Encoder-only checkpoints have nothing else.
            let weights = source.weights.checkpoint
            guard weights.containsAnything(under: "decoder") || weights.containsAnything(under: "transformer.decoder")
            else {
                let encoder = try stack(source, source.root, config, isDecoder: false)
                try finish(source)
                return EncoderTransformer(stack: encoder, type: source.type, engine: source.engine)
            }
            let model = try model(source, source.root, config, withHead: false)
            try finish(source)
            return model.encoderBackbone
        }
        family.fresh = FreshWeights(
            prefixes: ["transformer"],
            hasOptional: { name, fields in
                name == "shared.weight" || (name == "lm_head.weight" && fields.tieWordEmbeddings == false)
            },
            deviation: deviation)
        family.seq2SeqLM = { source in
            let model = try model(source, source.root, try source.decode(T5Config.self), withHead: true)
            try finish(source)
            return model
        }
        family.sequenceClassification = { source in
            let config = try source.decode(T5Config.self)
            let labels = try source.labels()
            let base = try model(source, source.root.optional("transformer"), config, withHead: false)
            let scope = source.root / "classification_head"
            let head = ClassificationHead(
                dense: try Linear(scope, ["dense"], inputs: config.dModel, outputs: config.dModel, bias: true),
                output: try Linear(scope, ["out_proj"], inputs: config.dModel, outputs: labels.count, bias: true))
            try finish(source)
            return SequenceClassificationModel(
                backbone: SelfReadingBackbone(base), pooling: .lastOccurrence(of: config.eosTokenId ?? 1), head: head,
                labels: labels)
        }
        family.tokenClassification = { source in
            let config = try source.decode(T5Config.self)
            let labels = try source.labels()
            let encoder = try stack(source, source.root.optional("transformer"), config, isDecoder: false)
            let head = try Linear(
                source.root, ["classifier"], inputs: config.dModel, outputs: labels.count, bias: true)
            try finish(source)
            return TokenClassificationModel(
                backbone: EncoderTransformer(stack: encoder, type: source.type, engine: source.engine), head: head,
                labels: labels)
        }
        family.questionAnswering = { source in
            let config = try source.decode(T5Config.self)
            let base = try model(source, source.root, config, withHead: false)
            let head = try Linear(source.root, ["qa_outputs"], inputs: config.dModel, outputs: 2, bias: true)
            try finish(source)
            return QuestionAnsweringModel(backbone: SelfReadingBackbone(base), head: head)
        }
        return family
    }()

    /// The reference scales each matrix by its inputs, so that scores need no scaling (Mesh TensorFlow's initialisers).
    private static let deviation: @Sendable (String, FreshWeights.Fields) -> Float = { name, fields in
        let factor = fields.initializerFactor ?? 1
        let width = Float(fields.dModel ?? 512)
        let (head, heads) = (Float(fields.dKv ?? 64), Float(fields.numHeads ?? 8))
        if name.hasSuffix(".q.weight") { return factor / (width * head).squareRoot() }
        if name.hasSuffix(".o.weight") { return factor / (heads * head).squareRoot() }
        if name.hasSuffix(".wo.weight") { return factor / Float(fields.dFf ?? 2048).squareRoot() }
        if name == "shared.weight" || name == "lm_head.weight" || name == "transformer.shared.weight" { return factor }
        return factor / width.squareRoot()
    }

    private static func finish(_ source: ModelSource) throws {
        // The stacks' embeddings are copies of the shared one; old files carry a cross-attention bias nobody uses.
        try source.finish(
            ignoring: ["lm_head.", "classifier.", "classification_head.", "qa_outputs."],
            buffers: [
                "shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight",
                "EncDecAttention.relative_attention_bias.weight",
            ])
    }

    /// Encoder and decoder at a place in the checkpoint, and the head at its root.
    private static func model(
        _ source: ModelSource, _ scope: WeightScope, _ config: T5Config, withHead: Bool
    ) throws -> EncoderDecoderTransformer {
        let encoder = try stack(source, scope, config, isDecoder: false)
        let decoder = try stack(source, scope, config, isDecoder: true)
        var head: Linear?
        if withHead, source.root.contains("lm_head.weight") {
            head = try Linear(source.root, ["lm_head"], inputs: config.dModel, outputs: config.vocabSize)
        } else if withHead {
            head = Linear(
                source.weights, matrices: [encoder.embedding.tokens], biases: [])
        }
        return EncoderDecoderTransformer(
            encoder: encoder, decoder: decoder, head: head,
            headScale: config.scaleDecoderOutputs ? 1 / Float(config.dModel).squareRoot() : 1,
            decoderStartToken: config.decoderStartTokenId, contextLength: config.nPositions, type: source.type,
            engine: source.engine)
    }

    private static func stack(
        _ source: ModelSource, _ scope: WeightScope, _ config: T5Config, isDecoder: Bool
    ) throws -> TransformerStack {
        let copies = [scope / "encoder.embed_tokens", scope / "decoder.embed_tokens", source.root / "lm_head"]
        let tokens = try source.tied(scope / "shared", copies).tensor(
            "weight", shape: Shape(config.vocabSize, config.dModel))
        let part = scope / (isDecoder ? "decoder" : "encoder")
        var blocks: [TransformerBlock] = []
        for index in 0..<(isDecoder ? config.numDecoderLayers : config.numLayers) {
            blocks.append(try block(part / "block" / index / "layer", config, isDecoder))
        }
        // Only the first block has the bias; the others use it too.
        let bias = try (part / "block" / 0 / "layer" / 0 / "SelfAttention" / "relative_attention_bias").vector(
            "weight", shape: Shape(config.relativeAttentionNumBuckets, config.numHeads))
        let positions = RelativePositionBias(
            weight: bias, maximumDistance: config.relativeAttentionMaxDistance, isBidirectional: !isDecoder)
        return TransformerStack(
            embedding: Embedding(
                tokens: tokens, positions: positions),
            blocks: blocks, finalNorm: try norm(part, "final_layer_norm", config))
    }

    private static func norm(_ scope: WeightScope, _ name: String, _ config: T5Config) throws -> Norm {
        try scope.rmsNorm(name, width: config.dModel, epsilon: config.layerNormEpsilon)
    }

    private static func block(
        _ layer: WeightScope, _ config: T5Config, _ isDecoder: Bool
    ) throws -> TransformerBlock {
        let (width, inner) = (config.dModel, config.innerWidth)
        let attention = layer / 0 / "SelfAttention"
        var (cross, crossNorm): (CrossAttention?, Norm?)
        if isDecoder {
            let attention = layer / 1 / "EncDecAttention"
            crossNorm = try norm(layer / 1, "layer_norm", config)
            cross = CrossAttention(
                query: try Linear(attention, ["q"], inputs: width, outputs: inner),
                keyValue: try Linear(attention, ["k", "v"], inputs: width, outputs: inner),
                output: try Linear(attention, ["o"], inputs: inner, outputs: width), heads: config.numHeads,
                headWidth: config.dKv, scale: 1)
        }
        let last = layer / (isDecoder ? 2 : 1)
        let dense = last / "DenseReluDense"
        return TransformerBlock(
            selfAttention: SelfAttention(
                queryKeyValue: try Linear(attention, ["q", "k", "v"], inputs: width, outputs: inner),
                output: try Linear(attention, ["o"], inputs: inner, outputs: width), heads: config.numHeads,
                headWidth: config.dKv, scale: 1),
            selfAttentionNorm: try norm(layer / 0, "layer_norm", config), crossAttention: cross,
            crossAttentionNorm: crossNorm,
            feedForward: FeedForward(
                input: try Linear(
                    dense, config.isGated ? ["wi_0", "wi_1"] : ["wi"], inputs: width, outputs: config.dFf,
                    gated: config.isGated),
                activation: config.activation ?? .identity,
                output: try Linear(dense, ["wo"], inputs: config.dFf, outputs: width)),
            feedForwardNorm: try norm(last, "layer_norm", config), placement: .beforeLayers)
    }
}
