public import FledgeData
public import FledgeTemplates

/// Where an objective finds a text in a record: in a field, or written by a template from several.
///
/// ```swift
/// let source: RecordText = "dialogue"
/// let prompt = try RecordText(template: Template("Summarize:\n\n{{ dialogue }}\n\nSummary: "))
/// ```
public struct RecordText: Sendable, ExpressibleByStringLiteral {
    private enum Source: Sendable {
        case field(String)
        case template(Template)
    }

    private let source: Source
    private let prefix: String

    /// The text of a field, with something before it such as T5's `summarize: `.
    public init(field: String, prefix: String = "") {
        source = .field(field)
        self.prefix = prefix
    }

    /// What a template writes; its variables are the record's fields.
    public init(template: Template) {
        source = .template(template)
        prefix = ""
    }

    public init(stringLiteral field: String) {
        self.init(field: field)
    }

    /// The text of a record.
    ///
    /// - Throws: a ``DataError`` that names the record's file and line.
    public func text(of record: Record) throws(DataError) -> String {
        switch source {
        case .field(let name):
            return prefix + (try record.text(of: name))
        case .template(let template):
            do throws(TemplateError) {
                return try template.render(record.variables)
            } catch {
                throw record.error("the template cannot be rendered: \(error.problem)", remedy: error.remedy)
            }
        }
    }
}
