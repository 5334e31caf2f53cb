#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension ChatTemplate {
    private static let configurationFile = "tokenizer_config.json"
    private static let templateFile = "chat_template.jinja"
    private static let additionalDirectory = "additional_chat_templates"
    /// How large `tokenizer_config.json` may be, in bytes.
    private static let configurationBytes = 1 << 26

    /// Reads a model's chat templates and special tokens.
    ///
    /// Templates are taken from `chat_template.jinja` and `additional_chat_templates/*.jinja`, or, if neither exists,
    /// from `chat_template` of `tokenizer_config.json`, which is a text or a list of objects with `name` and
    /// `template`. Special tokens are those of `tokenizer_config.json`.
    ///
    /// - Parameter directory: the model's directory.
    /// - Throws: a ``TemplateError``: of kind ``TemplateError/Kind/missing`` if the model has no chat template, of kind
    ///   ``TemplateError/Kind/unreadable`` if a file is damaged, or with a line if a template breaks the grammar.
    public init(directory: URL) throws(TemplateError) {
        let configuration = try ChatTemplate.configuration(in: directory)
        var sources = try ChatTemplate.filedSources(in: directory)
        if sources.isEmpty {
            sources = try ChatTemplate.configuredSources(configuration["chat_template"], in: directory)
        }
        guard !sources.isEmpty else {
            throw TemplateError(
                kind: .missing, template: directory.path,
                problem: "this model has no chat template, neither \(ChatTemplate.templateFile) nor “chat_template” in "
                    + ChatTemplate.configurationFile,
                remedy: "It was not trained for conversations: give a template of your own, or use a plain prompt.")
        }
        var templates: [String: Template] = [:]
        for (name, source) in sources { templates[name] = try Template(source.text, name: source.file) }
        self.init(
            templates: templates, source: directory.path, variables: ChatTemplate.specialTokens(configuration))
    }

    private struct Source {
        var file: String
        var text: String
    }

    private static func filedSources(in directory: URL) throws(TemplateError) -> [String: Source] {
        var sources: [String: Source] = [:]
        let single = directory.appendingPathComponent(templateFile)
        if FileManager.default.fileExists(atPath: single.path) {
            sources[defaultName] = Source(file: single.path, text: try text(of: single))
        }
        let additional = directory.appendingPathComponent(additionalDirectory)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: additional.path)) ?? []
        for name in names.sorted() where name.hasSuffix(".jinja") {
            let file = additional.appendingPathComponent(name)
            sources[String(name.dropLast(6))] = Source(file: file.path, text: try text(of: file))
        }
        return sources
    }

    private static func configuredSources(_ value: Value?, in directory: URL) throws(TemplateError)
        -> [String: Source]
    {
        let file = directory.appendingPathComponent(configurationFile).path
        func source(_ name: String, _ text: String) -> Source {
            Source(file: "\(file): chat_template “\(name)”", text: text)
        }
        switch value {
        case nil, .null?: return [:]
        case .string(let text)?: return [defaultName: source(defaultName, text)]
        case .array(let entries)?:
            var sources: [String: Source] = [:]
            for (index, entry) in entries.enumerated() {
                guard case .object(let object) = entry, case .string(let name)? = object["name"],
                    case .string(let text)? = object["template"]
                else { throw damaged(file, "chat_template[\(index)] should have a “name” and a “template”") }
                sources[name] = source(name, text)
            }
            return sources
        case .object(let object)?:
            var sources: [String: Source] = [:]
            for (name, entry) in object {
                guard case .string(let text) = entry else {
                    throw damaged(file, "chat_template.\(name) should be a string")
                }
                sources[name] = source(name, text)
            }
            return sources
        default: throw damaged(file, "chat_template should be a string, or a list of named templates")
        }
    }

    private static func damaged(_ file: String, _ problem: String) -> TemplateError {
        TemplateError(kind: .unreadable, template: file, problem: problem, remedy: "Download the file again.")
    }

    private static func configuration(in directory: URL) throws(TemplateError) -> Value.Object {
        let file = directory.appendingPathComponent(configurationFile)
        guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
        let value = try Value(json: try bytes(of: file, atMost: configurationBytes), name: file.path)
        guard case .object(let object) = value else { throw damaged(file.path, "it should be a JSON object") }
        return object
    }

    /// The members whose names end with `_token`: a text, or an object with its `content`.
    private static func specialTokens(_ configuration: Value.Object) -> [String: Value] {
        var tokens: [String: Value] = [:]
        for (key, value) in configuration where key.hasSuffix("_token") {
            switch value {
            case .string: tokens[key] = value
            case .object(let object):
                if case .string(let content)? = object["content"] { tokens[key] = .string(content) }
            default: break
            }
        }
        return tokens
    }

    private static func text(of file: URL) throws(TemplateError) -> String {
        let bytes = try bytes(of: file, atMost: TemplateLimits.sourceBytes)
        let text = String(decoding: bytes, as: UTF8.self)
        // What is not UTF-8 has been replaced.
        guard text.utf8.elementsEqual(bytes) else {
            throw damaged(file.path, "it is not UTF-8")
        }
        return text
    }

    private static func bytes(of file: URL, atMost limit: Int) throws(TemplateError) -> [UInt8] {
        do {
            let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
            guard size <= limit else { throw damaged(file.path, "it is larger than \(limit) bytes") }
            return [UInt8](try Data(contentsOf: file))
        } catch let error as TemplateError {
            throw error
        } catch {
            throw TemplateError(
                kind: .unreadable, template: file.path, problem: "it cannot be read: \(error)",
                remedy: "Check the path and its permissions.")
        }
    }
}
