import FledgeTemplates

/// The settings of a template: plain text, or JSON where one begins with a quotation mark or bracket.
struct PromptSettings {
    private let settings: [String: PromptTemplateReader.Setting]
    private let file: String

    init(_ settings: [String: PromptTemplateReader.Setting], file: String) {
        self.settings = settings
        self.file = file
    }

    func text(_ name: String) throws(PromptError) -> String? {
        switch try value(name) {
        case nil: return nil
        case .string(let text)?: return text
        default: throw mismatch(name, "a text")
        }
    }

    /// A text, or a JSON list of them.
    func texts(_ name: String) throws(PromptError) -> [String] {
        switch try value(name) {
        case nil: return []
        case .string(let text)?: return [text]
        case .array(let elements)?: return try strings(elements, name)
        default: throw mismatch(name, "a text or a JSON list of texts")
        }
    }

    /// Names with commas between them, or a JSON list.
    func names(_ name: String) throws(PromptError) -> [String] {
        switch try value(name) {
        case nil: return []
        case .string(let text)?:
            return text.split(separator: ",").map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        case .array(let elements)?: return try strings(elements, name)
        default: throw mismatch(name, "names with commas between them")
        }
    }

    func object(_ name: String) throws(PromptError) -> Value.Object {
        switch try value(name) {
        case nil: return [:]
        case .object(let object)?: return object
        default: throw mismatch(name, "a JSON object")
        }
    }

    /// An object whose values are texts.
    func words(_ name: String) throws(PromptError) -> Value.Object {
        let object = try object(name)
        for (_, value) in object {
            guard case .string = value else { throw mismatch(name, "a JSON object of texts") }
        }
        return object
    }

    func choice<Choice: RawRepresentable<String>>(_ name: String, _ all: [Choice]) throws(PromptError) -> Choice? {
        guard let text = try text(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        throw mismatch(name, "one of " + all.map(\.rawValue).joined(separator: ", "))
    }

    private func value(_ name: String) throws(PromptError) -> Value? {
        guard let setting = settings[name] else { return nil }
        guard let first = setting.text.first, "\"[{".contains(first) else { return .string(setting.text) }
        do {
            return try Value(json: setting.text, name: file)
        } catch {
            throw .malformed(
                template: file, line: setting.line, problem: "the setting “\(name)” is not JSON: \(error.problem)",
                remedy: "Correct it.")
        }
    }

    private func strings(_ elements: [Value], _ name: String) throws(PromptError) -> [String] {
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw mismatch(name, "a JSON list of texts") }
            texts.append(text)
        }
        return texts
    }

    private func mismatch(_ name: String, _ wanted: String) -> PromptError {
        .malformed(
            template: file, line: settings[name]?.line ?? 0, problem: "the setting “\(name)” should be \(wanted)",
            remedy: "Correct it.")
    }
}
