/// Why a prompt cannot be built.
///
/// Data that lack a field are a `DataError`, and a template that breaks Jinja's grammar a `TemplateError`, each with file
/// and line.
public enum PromptError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A template's file breaks the format. Lines are counted from 1; 0 stands for the whole file.
    case malformed(template: String, line: Int, problem: String, remedy: String)
    /// There is no built-in template of that name.
    case unknownTemplate(name: String, known: [String])
    /// A template has no way to write what is asked for.
    case notPossible(template: String, problem: String, remedy: String)
    /// New tokens leave no room in the context.
    case noRoom(contextLength: Int, newTokens: Int)
    /// What the template itself writes, without demonstrations and without the field that may be cut, is too long.
    case tooLong(template: String, tokens: Int, limit: Int, field: String?)
    /// A value that the caller gave makes no sense.
    case invalidOption(name: String, problem: String, remedy: String)

    public var description: String {
        switch self {
        case .malformed(let template, let line, let problem, let remedy):
            "\(template): " + (line > 0 ? "line \(line): " : "") + "\(problem). \(remedy)"
        case .unknownTemplate(let name, let known):
            "there is no template called “\(name)”; give a file, or one of \(known.joined(separator: ", "))"
        case .notPossible(let template, let problem, let remedy): "\(template): \(problem). \(remedy)"
        case .noRoom(let contextLength, let newTokens):
            "the context holds \(contextLength) tokens, and \(newTokens) of them are kept for what is generated; ask for "
                + "fewer new tokens (--max-new-tokens)"
        case .tooLong(let template, let tokens, let limit, let field):
            "\(template): without demonstrations "
                + (field.map { "and without its “\($0)” " } ?? "") + "the prompt takes \(tokens) of \(limit) tokens; "
                + (field == nil
                    ? "shorten it, name a field that may be cut with {# truncate: … #}, "
                    : "shorten the template, ")
                + "or ask for fewer new tokens (--max-new-tokens)"
        case .invalidOption(let name, let problem, let remedy): "\(name): \(problem). \(remedy)"
        }
    }
}
