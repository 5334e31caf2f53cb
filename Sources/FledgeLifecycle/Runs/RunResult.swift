public import FledgeEvaluation

/// What a run gave, and all that it was made with.
public struct RunResult: Sendable {
    /// What decided it.
    public var settings: RunSettings
    /// What the model wrote, in the order of the data.
    public var records: [RunRecord]
    /// How many of the records an earlier process made.
    public var resumed: Int

    /// Tokens that were read.
    public var promptTokens: Int { records.reduce(0) { $0 + $1.promptTokens } }
    /// Tokens that were generated.
    public var newTokens: Int { records.reduce(0) { $0 + $1.newTokens } }
    /// Seconds that the model took for all examples, in whatever process.
    public var seconds: Double { records.reduce(0) { $0 + $1.seconds } }
    /// Generated tokens by the seconds that they took.
    public var tokensPerSecond: Double { seconds > 0 ? Double(newTokens) / seconds : 0 }

    /// The predictions and references, for metrics; of ``RunTask/ner`` they are tags.
    public var examples: [EvaluationExample] {
        guard settings.task == .ner else {
            return records.map { EvaluationExample(prediction: $0.prediction, references: $0.references) }
        }
        func tags(_ text: String?) -> [String] { (text ?? "").split(separator: " ").map(String.init) }
        return records.map {
            EvaluationExample(predictedTags: tags($0.prediction), referenceTags: tags($0.references.first))
        }
    }
}
