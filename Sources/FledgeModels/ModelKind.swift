/// What a checkpoint was saved as: a backbone, or one with a certain head.
public enum ModelKind: String, Sendable, Codable, CaseIterable {
    case backbone
    case causalLM = "causal_lm"
    case seq2SeqLM = "seq2seq_lm"
    case maskedLM = "masked_lm"
    case sequenceClassification = "sequence_classification"
    case tokenClassification = "token_classification"
    case questionAnswering = "question_answering"

    /// From the class names in `config.json`; where they say nothing, what the family generates with, else a backbone.
    public init(_ config: ModelConfig, registry: ModelRegistry = .standard) {
        let ends: [(String, ModelKind)] = [
            ("ForSequenceClassification", .sequenceClassification),
            ("ForTokenClassification", .tokenClassification), ("ForQuestionAnswering", .questionAnswering),
            ("ForMaskedLM", .maskedLM), ("ForPreTraining", .maskedLM), ("ForCausalLM", .causalLM),
            ("LMHeadModel", .causalLM), ("ForConditionalGeneration", .seq2SeqLM), ("Model", .backbone),
        ]
        let family = registry.families[config.modelType]
        if let name = config.architectures?.first, let kind = ends.first(where: { name.hasSuffix($0.0) })?.1 {
            self = kind
        } else if family?.seq2SeqLM != nil {
            self = .seq2SeqLM
        } else {
            self = family?.causalLM != nil ? .causalLM : .backbone
        }
    }
}
