/// A question and the text that its answer is looked for in.
public struct Question: Sendable, Equatable, Codable {
    public var question: String
    public var context: String

    public init(question: String, context: String) {
        self.question = question
        self.context = context
    }
}
