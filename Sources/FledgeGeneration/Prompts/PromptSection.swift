import FledgeTemplates

/// A section of a prompt template; errors name the line of the file.
struct PromptSection: Sendable {
    private let template: Template
    /// How many lines of the file stand before it.
    private let lineOffset: Int

    init(_ source: String, file: String, lineOffset: Int) throws(TemplateError) {
        self.lineOffset = lineOffset
        do throws(TemplateError) {
            template = try Template(source, name: file)
        } catch {
            throw PromptSection.moved(error, by: lineOffset)
        }
    }

    func render(_ variables: [String: Value]) throws(TemplateError) -> String {
        do throws(TemplateError) {
            return try template.render(variables)
        } catch {
            throw PromptSection.moved(error, by: lineOffset)
        }
    }

    private static func moved(_ error: TemplateError, by offset: Int) -> TemplateError {
        var error = error
        if let line = error.line { error.line = line + offset }
        return error
    }
}
