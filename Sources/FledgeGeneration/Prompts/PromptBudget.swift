public import FledgeTokenizers

/// How long a prompt may be, counted with the model's own tokenizer.
///
/// A decoder-only model's context holds the prompt and what is generated. An encoder–decoder reads the prompt with its
/// encoder, whose context it has for itself.
public struct PromptBudget: Sendable {
    /// What counts.
    public var tokenizer: any Tokenizer
    /// The largest number of tokens, special tokens included; nil for any number.
    public var limit: Int?

    /// A budget of so many tokens.
    ///
    /// - Throws: ``PromptError/invalidOption(name:problem:remedy:)`` for a limit below 1.
    public init(tokenizer: any Tokenizer, limit: Int?) throws(PromptError) {
        if let limit, limit < 1 {
            throw .invalidOption(
                name: "limit", problem: "it is \(limit) tokens", remedy: "A prompt needs at least one.")
        }
        self.tokenizer = tokenizer
        self.limit = limit
    }

    /// What a context leaves to the prompt.
    ///
    /// - Parameters:
    ///   - tokenizer: what counts.
    ///   - window: the context.
    ///   - newTokens: how many tokens are kept for what is generated.
    /// - Throws: ``PromptError/noRoom(contextLength:newTokens:)`` if they leave nothing.
    public init(tokenizer: any Tokenizer, window: ContextWindow, newTokens: Int) throws(PromptError) {
        self.tokenizer = tokenizer
        guard let length = window.length else { return }
        let reserved = window.isEncoders ? 0 : max(newTokens, 0)
        guard reserved < length else { throw .noRoom(contextLength: length, newTokens: newTokens) }
        limit = length - reserved
    }

    /// The budget of a loaded model.
    ///
    /// - Parameters:
    ///   - generator: the model with its tokenizer.
    ///   - config: how to generate: ``GenerationConfig/maxNewTokens`` and ``GenerationConfig/contextLength`` count.
    /// - Throws: ``PromptError/noRoom(contextLength:newTokens:)``; `TokenizerError` if there is no tokenizer.
    public init(_ generator: TextGenerator, config: GenerationConfig) throws {
        try self.init(
            tokenizer: try generator.requireTokenizer(),
            window: ContextWindow(generator.model, length: config.contextLength), newTokens: config.maxNewTokens)
    }
}
