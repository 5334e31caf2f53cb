/// Why nothing can be generated as asked.
public enum GenerationError: Error, Equatable, CustomStringConvertible {
    case badConfig(String)
    case noPrompt
    case emptyPrompt(index: Int)
    case promptTooLong(tokens: Int, limit: Int, canGrow: Bool)
    case notEnoughMemory(bytes: Int, available: Int)

    public var description: String {
        switch self {
        case .badConfig(let complaint): complaint
        case .noPrompt: "there is no prompt; give at least one"
        case .emptyPrompt(let index): "prompt \(index + 1) has no tokens; a model needs at least one"
        case .promptTooLong(let tokens, let limit, let canGrow):
            "the prompt has \(tokens) tokens and the model's context holds \(limit); shorten it, or pass --truncate "
                + "to keep the first \(limit) tokens"
                + (canGrow ? ", or --context-length \(tokens) to go beyond what it was trained with" : "")
        case .notEnoughMemory(let bytes, let available):
            "the caches for this would take \(bytes >> 20) MiB, and \(available >> 20) MiB can be had; "
                + "ask for fewer new tokens (--max-new-tokens), a shorter prompt or a smaller batch"
        }
    }
}
