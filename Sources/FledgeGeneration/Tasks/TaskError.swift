/// Why a task cannot be done as asked.
///
/// Texts are numbered from 0 in the cases and from 1 in the messages.
public enum TaskError: Error, Equatable, CustomStringConvertible {
    /// The checkpoint was saved from a class that is made for something else.
    case wrongKind(config: String, architecture: String, task: String, needed: String)
    /// A text of which the tokenizer makes nothing.
    case emptyText(index: Int)
    case emptyQuestion(index: Int)
    case emptyContext(index: Int)
    case textTooLong(index: Int, tokens: Int, limit: Int)
    /// An option has a value that it cannot have.
    case badOption(name: String, value: String, allowed: String)
    /// The tokenizer has no token for masked places.
    case noMaskToken
    case noMask(index: Int, mask: String)
    /// A candidate for a masked place of which the tokenizer makes nothing.
    case unknownTarget(String)
    /// Nothing says how a sequence becomes one vector.
    case noPooling(directory: String)
    /// A file of a sentence-transformers directory is missing, or breaks its format.
    case badModule(path: String, reason: String)
    case unsupportedModule(path: String, type: String)
    /// A module takes vectors of another width than it gets.
    case widthMismatch(path: String, expected: Int, actual: Int)
    case noSuchPrompt(name: String, known: [String])
    case dimensionMismatch(Int, Int)

    public var description: String {
        switch self {
        case .wrongKind(let config, let architecture, let task, let needed):
            "\(config): the checkpoint was saved as \(architecture), which is not made for \(task); "
                + "give a model whose architectures name a class such as \(needed)"
        case .emptyText(let index):
            "text \(index + 1) has no tokens; give a text with at least one character that is not white space"
        case .emptyQuestion(let index): "question \(index + 1) is empty; ask something"
        case .emptyContext(let index):
            "the context of question \(index + 1) is empty; give the text that the answer is to be found in"
        case .textTooLong(let index, let tokens, let limit):
            "text \(index + 1) has \(tokens) tokens and the model takes \(limit); shorten it or split it"
        case .badOption(let name, let value, let allowed): "\(name) is \(value); it must be \(allowed)"
        case .noMaskToken:
            "the tokenizer has no mask token; give a model that was trained with one, such as BERT or RoBERTa"
        case .noMask(let index, let mask):
            "text \(index + 1) has no \(mask); put \(mask) where a token is to be filled in"
        case .unknownTarget(let target):
            "the tokenizer makes no token of the target “\(target)”; give a word of its vocabulary"
        case .noPooling(let directory):
            "\(directory): there is no modules.json that says how a text's tokens become one vector; "
                + "choose a pooling: mean, cls or lasttoken"
        case .badModule(let path, let reason): "\(path): \(reason); download the model again, all its folders included"
        case .unsupportedModule(let path, let type):
            "\(path): the module “\(type)” is not one that Fledge runs; it runs Transformer, Pooling, Dense and "
                + "Normalize"
        case .widthMismatch(let path, let expected, let actual):
            "\(path): the module takes vectors of \(expected) numbers and gets \(actual); "
                + "check that the folders belong to the same model"
        case .noSuchPrompt(let name, let known):
            "the model has no prompt named “\(name)”; "
                + (known.isEmpty
                    ? "it has none at all: put the words before the text yourself"
                    : "it has \(known.joined(separator: ", "))")
        case .dimensionMismatch(let one, let other):
            "an embedding of \(one) numbers cannot be compared with one of \(other); use the same model for both"
        }
    }
}
