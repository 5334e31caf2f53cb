/// What a model learns to do: which head it has and which loss.
public enum LearningTask: String, Sendable, Codable, CaseIterable {
    case causalLM = "causal-lm"
    case maskedLM = "masked-lm"
    case seq2SeqLM = "seq2seq-lm"
    case sequenceClassification = "sequence-classification"
    case tokenClassification = "token-classification"
    case questionAnswering = "question-answering"
}
