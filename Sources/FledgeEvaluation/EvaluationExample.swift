/// What a system said, and what it should have said.
public struct EvaluationExample: Sendable {
    /// What the system said: a text, or the name of a class.
    public var prediction: String
    /// What would have been right; several where there are several right answers.
    public var references: [String]
    /// The tags that the system gave the tokens, for entities.
    public var predictedTags: [String]
    /// The right tags of the tokens, for entities.
    public var referenceTags: [String]

    /// An example of texts.
    public init(prediction: String, references: [String]) {
        self.prediction = prediction
        self.references = references
        predictedTags = []
        referenceTags = []
    }

    /// An example of texts with one right answer.
    public init(prediction: String, reference: String) {
        self.init(prediction: prediction, references: [reference])
    }

    /// An example of tagged tokens.
    public init(predictedTags: [String], referenceTags: [String]) {
        prediction = ""
        references = []
        self.predictedTags = predictedTags
        self.referenceTags = referenceTags
    }
}
