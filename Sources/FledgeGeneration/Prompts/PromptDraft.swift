import FledgeData
import FledgeTemplates

/// The pieces of a prompt, before it is known which of them fit.
struct PromptDraft {
    let template: PromptTemplate
    let chat: ChatTemplate?
    /// What the demonstrations say; in a conversation the user's turn and the assistant's.
    private(set) var demonstrations: [(question: String, answer: String)] = []

    init(_ template: PromptTemplate, chat: ChatTemplate?, demonstrations records: [Record]) throws {
        self.template = template
        self.chat = chat
        demonstrations = try records.map { try demonstration($0) }
    }

    /// The prompt with the last `count` demonstrations.
    func text(for query: Record, keeping count: Int) throws -> (text: String, messages: [ChatMessage]?) {
        let variables = try template.variables(of: query)
        let instruction = try template.instruction?.render(variables) ?? ""
        let question = try template.query.render(variables)
        let kept = demonstrations.suffix(count)
        guard let chat else {
            let parts = [instruction] + kept.map { $0.question + $0.answer } + [question]
            return (parts.filter { !$0.isEmpty }.joined(separator: template.separator), nil)
        }
        var messages = instruction.isEmpty ? [] : [ChatMessage.system(instruction.trimmed)]
        for turn in kept { messages += [.user(turn.question.trimmed), .assistant(turn.answer.trimmed)] }
        messages.append(.user(question.trimmed))
        return (try chat.render(messages: messages, addGenerationPrompt: true), messages)
    }

    private func demonstration(_ record: Record) throws -> (question: String, answer: String) {
        let variables = try template.variables(of: record, withTarget: true)
        if chat == nil, let whole = template.demonstration { return (try whole.render(variables), "") }
        guard let answer = template.answer else {
            throw PromptError.notPossible(
                template: template.name, problem: "it does not say how an answer is written, which demonstrations need",
                remedy: "Add {# target: … #} and a section {# answer #}, or ask for no demonstrations.")
        }
        return (try template.query.render(variables), try answer.render(variables))
    }
}

extension PromptTemplate {
    /// What the sections see of a record: its fields, the defaults of those that it leaves out, and `label_words`.
    ///
    /// - Throws: a `DataError` for a field that is missing, or a target that has no label word.
    func variables(of record: Record, withTarget: Bool = false) throws(DataError) -> [String: Value] {
        var variables = record.variables
        for (name, value) in defaults where variables[name] == nil { variables[name] = value }
        for name in inputs where variables[name] == nil { _ = try record.value(of: name) }
        variables["label_words"] = .array(labelWords.map { $0.1 })
        guard withTarget, let target else { return variables }
        if labelWords.isEmpty {
            if variables[target] == nil { _ = try record.value(of: target) }
        } else {
            variables[target] = .string(try labelWord(of: record, target))
        }
        return variables
    }

    /// The word for a record's label; a label that is one of the words already stands for itself.
    private func labelWord(of record: Record, _ target: String) throws(DataError) -> String {
        let label = try record.text(of: target)
        if case .string(let word)? = labelWords[label] { return word }
        if labelWords.contains(where: { $0.1 == .string(label) }) { return label }
        throw record.error(
            "the template “\(name)” has no word for the label “\(label)”",
            remedy: "It has words for \(labelWords.keys.joined(separator: ", ")).")
    }
}

extension String {
    /// Without white space around it.
    var trimmed: String {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
