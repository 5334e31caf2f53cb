/// Something that can be said about a model after a lab, and no more than its numbers carry.
public struct LabVerdict: Sendable, Equatable, Codable {
    /// What it is about.
    public enum Subject: String, Sendable, Codable {
        /// What to do next.
        case nextStep = "next_step"
        /// Whether the model is better than the beginning of the text.
        case baseline
        /// Whether more demonstrations helped.
        case demonstrations
        /// Whether they fit.
        case context
        /// Whether inference parameters helped.
        case parameters
        /// How long the texts are.
        case length
        /// Whether they repeat themselves.
        case repetition
        /// How models differ.
        case models
        /// How small a difference could have been seen.
        case resolution
    }

    /// What to do next.
    public enum Step: String, Sendable, Codable {
        case fineTune = "fine_tune"
        case promptMore = "prompt_more"
        case measureMore = "measure_more"
        case use
    }

    /// What it is about.
    public let subject: Subject
    /// The model, nil where it is about all.
    public let model: String?
    /// One to a few sentences.
    public let text: String
    /// What to do, of a verdict about the next step.
    public let step: Step?

    init(_ subject: Subject, model: String?, _ text: String, step: Step? = nil) {
        self.subject = subject
        self.model = model
        self.text = text
        self.step = step
    }
}
