/// The templates that come with the library: texts in the program, so that nothing need be found on disk.
enum BuiltInPrompts {
    /// The sources in the order in which they are listed.
    static let sources = tasks + flan + t5

    /// The name of a source, which its first line gives.
    static func name(of source: String) -> String {
        let line = source.prefix { $0 != "\n" }
        return String(line.dropFirst("{# name: ".count).dropLast(" #}".count))
    }
}

extension PromptTemplate {
    /// The names of the built-in templates.
    public static var builtInNames: [String] { BuiltInPrompts.sources.map(BuiltInPrompts.name) }

    /// A built-in template.
    ///
    /// - Throws: ``PromptError/unknownTemplate(name:known:)``.
    public static func builtIn(_ name: String) throws -> PromptTemplate {
        try PromptTemplate(try builtInSource(name), file: name)
    }

    /// The text of a built-in template, to begin one of your own with.
    ///
    /// - Throws: ``PromptError/unknownTemplate(name:known:)``.
    public static func builtInSource(_ name: String) throws(PromptError) -> String {
        guard let source = BuiltInPrompts.sources.first(where: { BuiltInPrompts.name(of: $0) == name }) else {
            throw .unknownTemplate(name: name, known: builtInNames)
        }
        return source
    }
}
