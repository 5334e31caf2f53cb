/// Why a template could not be read or rendered.
///
/// Templates come with models, so they are foreign input: an error names the template, the place, what is wrong there
/// and what to do about it.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: String, Sendable {
        /// The template's text breaks the language's grammar.
        case syntax
        /// The template asks for a statement, filter, test or function that does not exist here.
        case unknown
        /// The template uses a variable or attribute that does not exist, in a way that needs its value.
        case undefined
        /// A value is not fit for what the template does with it.
        case value
        /// The template itself refused its input with `raise_exception`.
        case raised
        /// The template does more work, writes more, or nests deeper than is allowed.
        case limit
        /// There is no template, or no template of that name.
        case missing
        /// A file cannot be read, or is not what it should be.
        case unreadable
    }

    /// What kind of failure it is.
    public var kind: Kind
    /// The template's or file's name.
    public var template: String
    /// The line, counted from 1, if the failure has a place.
    public var line: Int?
    /// The column in code points, counted from 1, if the failure has a place.
    public var column: Int?
    /// What is wrong. For ``Kind/raised`` the template's own message.
    public var problem: String
    /// What to do about it.
    public var remedy: String

    public var description: String {
        var text = template
        if let line { text += ": line \(line)" }
        if let column { text += ", column \(column)" }
        text += ": \(problem)"
        if let last = problem.unicodeScalars.last, !".!?".unicodeScalars.contains(last) { text += "." }
        return remedy.isEmpty ? text : "\(text) \(remedy)"
    }
}

/// A failure inside the engine, before it is known which template it belongs to.
struct Failure: Error {
    var kind: TemplateError.Kind
    var problem: String
    var remedy: String
    var place: Place?

    func error(in template: String, at place: Place?) -> TemplateError {
        let place = self.place ?? place
        return TemplateError(
            kind: kind, template: template, line: place?.line, column: place?.column, problem: problem,
            remedy: remedy)
    }

    static func syntax(_ problem: String, at place: Place) -> Failure {
        Failure(kind: .syntax, problem: problem, remedy: "Correct the template.", place: place)
    }

    static func value(_ problem: String) -> Failure {
        Failure(kind: .value, problem: problem, remedy: "Correct the template or the values given to it.")
    }

    static func unknown(_ what: String, _ name: String) -> Failure {
        Failure(
            kind: .unknown, problem: "there is no \(what) called “\(name)”",
            remedy: "Check its spelling; the supported ones are listed in the documentation of Template.")
    }

    static func limit(_ problem: String) -> Failure {
        Failure(
            kind: .limit, problem: problem,
            remedy: "Render less at once, or raise the limit if the template can be trusted.")
    }

    static func tooDeep(_ what: String, at place: Place? = nil) -> Failure {
        Failure(
            kind: .limit, problem: "\(what) nest deeper than \(TemplateLimits.nesting) levels",
            remedy: "Use a simpler template or simpler values.", place: place)
    }
}

/// A place in a template's text, both counted from 1.
struct Place: Sendable, Equatable {
    var line: Int
    var column: Int
}
