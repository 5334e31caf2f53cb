/// A model's chat templates, and the special tokens that they write.
public struct ChatTemplate: Sendable {
    /// The template that is used unless another is asked for.
    public static let defaultName = "default"

    /// The templates by their names; a model with a single one calls it ``defaultName``.
    public let templates: [String: Template]
    /// Variables that every rendering gets, such as `bos_token`; what ``render`` is given goes before them.
    public var variables: [String: Value]
    /// What errors call the templates' source.
    let source: String

    /// Reads one template.
    ///
    /// - Throws: a ``TemplateError`` if the template's text breaks the grammar.
    public init(source: String, name: String = "chat template", variables: [String: Value] = [:])
        throws(TemplateError)
    {
        templates = [ChatTemplate.defaultName: try Template(source, name: name)]
        self.variables = variables
        self.source = name
    }

    /// Takes templates that have names.
    ///
    /// - Parameters:
    ///   - templates: the templates.
    ///   - source: what errors call the place that they come from.
    ///   - variables: what every rendering gets.
    public init(templates: [String: Template], source: String, variables: [String: Value] = [:]) {
        self.templates = templates
        self.source = source
        self.variables = variables
    }

    /// The template that transformers would take: the one with `name`, else `tool_use` if there are tools and it
    /// exists, else `default`.
    ///
    /// - Throws: a ``TemplateError`` of kind ``TemplateError/Kind/missing`` if there is none.
    public func template(named name: String? = nil, hasTools: Bool = false) throws(TemplateError) -> Template {
        if let name {
            if let template = templates[name] { return template }
        } else if hasTools, templates.count > 1, let template = templates["tool_use"] {
            return template
        } else if let template = templates[ChatTemplate.defaultName] {
            return template
        }
        let names = templates.keys.sorted().map { "“\($0)”" }.joined(separator: ", ")
        throw TemplateError(
            kind: .missing, template: source,
            problem: "there is no chat template called “\(name ?? ChatTemplate.defaultName)”",
            remedy: names.isEmpty
                ? "This model was not trained for conversations: give a template of your own, or use a plain prompt."
                : "Choose one of \(names).")
    }

    /// Writes a conversation as the model was trained to read it.
    ///
    /// The text carries the special tokens already: encode it without adding them again.
    ///
    /// - Parameters:
    ///   - messages: the conversation.
    ///   - tools: descriptions of functions as JSON schemas, if the model may call some.
    ///   - documents: texts to answer from, each with `title` and `text`, for templates that know them.
    ///   - addGenerationPrompt: whether to end with the beginning of the model's answer.
    ///   - bosToken: the token that begins a text; nil leaves the one of ``variables``.
    ///   - eosToken: the token that ends a text; nil leaves the one of ``variables``.
    ///   - variables: further variables, such as `enable_thinking`.
    ///   - name: which of several templates to use.
    ///   - clock: the time for templates that write the date.
    /// - Returns: the text to encode.
    /// - Throws: a ``TemplateError`` with line and column; one of kind ``TemplateError/Kind/raised`` says what the
    ///   template's author has against the conversation.
    public func render(
        messages: [ChatMessage], tools: [Value]? = nil, documents: [Value]? = nil, addGenerationPrompt: Bool = false,
        bosToken: String? = nil, eosToken: String? = nil, variables: [String: Value] = [:],
        template name: String? = nil,
        clock: TemplateClock = .system
    ) throws(TemplateError) -> String {
        let template = try template(named: name, hasTools: tools != nil)
        guard !messages.isEmpty else {
            throw TemplateError(
                kind: .value, template: template.name, problem: "the conversation is empty",
                remedy: "Give at least one message.")
        }
        var context = self.variables
        if let bosToken { context["bos_token"] = .string(bosToken) }
        if let eosToken { context["eos_token"] = .string(eosToken) }
        for (key, value) in variables { context[key] = value }
        context["messages"] = .array(messages.map(\.templateValue))
        context["tools"] = tools.map { .array($0) } ?? .null
        context["documents"] = documents.map { .array($0) } ?? .null
        context["add_generation_prompt"] = .bool(addGenerationPrompt)
        return try template.render(context, clock: clock)
    }
}
