/// What stands before a text, to tell a model what the text is for.
public enum EmbeddingPrompt: Sendable, Equatable {
    /// The one that the model's files name as the default, if they do.
    case standard
    case none
    /// One of the model's, such as `query`.
    case named(String)
    /// These words.
    case text(String)
}
