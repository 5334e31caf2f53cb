import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One pass of one sequence through whatever model a directory holds, with what comes out under the reference's names.
final class ForwardPass {
    let input: TokenSequence
    let decoderIDs: [Int]?
    let wantsHiddenStates: Bool
    private(set) var tensors: [String: Tensor] = [:]

    init(input: TokenSequence, decoderIDs: [Int]?, wantsHiddenStates: Bool) {
        self.input = input
        self.decoderIDs = decoderIDs
        self.wantsHiddenStates = wantsHiddenStates
    }

    /// - Throws: ``ModelError``, ``SafetensorsError``, ``WeightError``; ``UserError`` for ids that the model has no use
    ///   for.
    func run(_ directory: URL, type: WeightType, engine: Engine, registry: ModelRegistry) throws {
        let kind = ModelKind(try ModelConfig.read(directory: directory).0)
        if decoderIDs != nil && kind != .seq2SeqLM && kind != .backbone {
            throw UserError.usage("--decoder-input-ids goes with an encoder–decoder; leave it out for this model")
        }
        switch kind {
        case .causalLM:
            try generate(
                try AutoModelForCausalLM.from(
                    directory: directory, type: type, engine: engine, registry: registry))
        case .seq2SeqLM:
            try translate(
                try AutoModelForSeq2SeqLM.from(
                    directory: directory, type: type, engine: engine, registry: registry))
        case .maskedLM:
            let model = try AutoModelForMaskedLM.from(
                directory: directory, type: type, engine: engine, registry: registry)
            put("logits", try model.logits([input]) { self.record($0, $1) })
        case .sequenceClassification:
            let model = try AutoModelForSequenceClassification.from(
                directory: directory, type: type, engine: engine, registry: registry)
            tensors["logits"] = try model.logits([input]) { self.record($0, $1) }
        case .tokenClassification:
            let model = try AutoModelForTokenClassification.from(
                directory: directory, type: type, engine: engine, registry: registry)
            put("logits", try model.logits([input]) { self.record($0, $1) })
        case .questionAnswering:
            let model = try AutoModelForQuestionAnswering.from(
                directory: directory, type: type, engine: engine, registry: registry)
            let logits = try model.logits([input]) { self.record($0, $1) }
            for (column, name) in ["start_logits", "end_logits"].enumerated() {
                let scores = logits.sliced(1, column..<column + 1).contiguous()
                tensors[name] = scores.reshaped([1, logits.shape[0]])
            }
        case .backbone:
            let model = try AutoModel.from(
                directory: directory, type: type, engine: engine, registry: registry)
            try model.validate(input)
            if let decoderIDs {
                guard let model = (model as? SelfReadingBackbone)?.model else {
                    throw UserError.usage("--decoder-input-ids goes with an encoder–decoder; leave it out here")
                }
                try model.validate(TokenSequence(decoderIDs))
                let states = model.decoderStates([input.ids], inputs: [decoderIDs]) { self.record($0, $1) }
                return put("last_hidden_state", states)
            }
            let hidden = model.hiddenStates(of: [input]) { self.record($0, $1) }
            put("last_hidden_state", hidden)
            if let pooled = model as? PooledBackbone {
                tensors["pooler_output"] = pooled.pooled(hidden, of: [input])
            }
        }
    }

    private func generate(_ model: any CausalLanguageModel) throws {
        try model.validate(input.ids)
        guard !input.ids.isEmpty else { throw ModelError.emptySequence }
        // What a model was trained with is no bound here: this is for looking at numbers.
        if let limit = model.positionLimit, input.ids.count > limit {
            throw ModelError.sequenceTooLong(input.ids.count, limit)
        }
        var state = model.makeState(sequences: 1)
        let hidden = model.decode(input.ids, state: &state) { self.record($0, $1) }
        put("logits", model.logits(hidden))
    }

    private func translate(_ model: any Seq2SeqLanguageModel) throws {
        let decoderIDs = decoderIDs ?? [model.decoderStartToken]
        try model.validate(input.ids + decoderIDs)
        if let limit = model.positionLimit, max(input.ids.count, decoderIDs.count) > limit {
            throw ModelError.sequenceTooLong(max(input.ids.count, decoderIDs.count), limit)
        }
        guard !input.ids.isEmpty else { throw ModelError.emptySequence }
        var state = model.makeState(prompts: [input.ids]) { self.record($0, $1) }
        let hidden = model.decode(decoderIDs, state: &state) { self.record($0, $1) }
        put("logits", model.logits(hidden))
    }

    /// Files rows with a dimension for the batch.
    private func put(_ name: String, _ value: Tensor) {
        tensors[name] = value.reshaped([1, value.shape[0], value.shape[1]])
    }

    /// Files an observed layer under the reference's name. `output` is the last of the hidden states, and the last
    /// block's output, which the reference does not list, gives its place to it.
    private func record(_ name: String, _ value: Tensor) {
        let parts = name.split(separator: ".")
        guard let layer = parts.last else { return }
        if name == "encoder.output" { put("encoder_last_hidden_state", value) }
        guard wantsHiddenStates else { return }
        let prefix = parts.count == 2 ? "\(parts[0])_hidden_states." : "hidden_states."
        switch layer {
        case "embedding": put(prefix + "0", value)
        case "output":
            let count = tensors.keys.count { $0.hasPrefix(prefix) }
            put(prefix + String(max(0, count - 1)), value)
        default: if let index = Int(layer) { put(prefix + String(index + 1), value) }
        }
    }
}
