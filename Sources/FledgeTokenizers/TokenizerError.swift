/// Why a tokenizer could not be loaded or used.
///
/// Tokenizer files are foreign input: every case names the file, what is wrong, where, and what to do about it.
public enum TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A directory holds none of the files that describe a tokenizer.
    case noTokenizerFiles(directory: String)
    /// A file exists but cannot be read, or is larger than a tokenizer file may be.
    case unreadable(file: String, reason: String)
    /// A file's content breaks its format. `location` is a key path, or a line and column.
    case malformed(file: String, location: String, problem: String, remedy: String)
    /// A file is well formed but asks for a component that this version does not have.
    case unsupported(file: String, component: String, name: String)
    /// A token id that the vocabulary does not have.
    case unknownToken(id: Int, vocabularySize: Int)
    /// A text cannot be cut as it was asked for.
    case cannotTruncate(reason: String)

    public var description: String {
        switch self {
        case .noTokenizerFiles(let directory):
            "\(directory): there is no tokenizer here: no tokenizer.json, spiece.model, tokenizer.model, "
                + "vocab.json with merges.txt, file that ends in .tiktoken, or vocab.txt. Give the directory that holds "
                + "the model's files, or download the tokenizer into it."
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason). Check the path and its permissions."
        case .malformed(let file, let location, let problem, let remedy):
            "\(file): \(location): \(problem). \(remedy)"
        case .unsupported(let file, let component, let name):
            "\(file): the \(component) “\(name)” is not supported by this version of Fledge. "
                + "Use a model whose tokenizer does without it."
        case .unknownToken(let id, let vocabularySize):
            "token id \(id) is not in the vocabulary, which has the ids 0 to \(max(vocabularySize, 1) - 1). "
                + "Check that the ids came from the model that this tokenizer belongs to."
        case .cannotTruncate(let reason):
            "the text cannot be cut: \(reason). Allow longer sequences, a smaller stride or another strategy."
        }
    }
}

extension TokenizerError {
    /// The advice for a file that is most likely damaged.
    static let downloadAgain = "The file is damaged or is not what its name says: download it again."

    /// A damaged place in a file.
    static func damaged(_ file: String, _ location: String, _ problem: String) -> TokenizerError {
        .malformed(file: file, location: location, problem: problem, remedy: downloadAgain)
    }
}
