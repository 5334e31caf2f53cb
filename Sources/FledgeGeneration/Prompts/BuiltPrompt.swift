public import FledgeTemplates

/// A prompt that is ready to be generated from.
public struct BuiltPrompt: Sendable, Equatable {
    /// The text. Of a conversation it is what the chat template writes, special tokens included.
    public var text: String
    /// The conversation, nil for a plain prompt.
    public var messages: [ChatMessage]?
    /// The ids of the text as the model reads it; nil where no budget says how to count.
    public var tokenIDs: [Int]?
    /// How many demonstrations it holds.
    public var demonstrations: Int
    /// The texts that end an answer.
    public var stopSequences: [String]
    /// What is not as it was asked for.
    public var notes: [PromptNote]

    /// How many tokens the model reads, special tokens included; nil where no budget says how to count.
    public var tokenCount: Int? { tokenIDs?.count }
}
