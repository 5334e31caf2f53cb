import FledgeData
import FledgeTemplates

/// The messages of a record.
struct Conversation {
    let messages: [ChatMessage]

    /// How many messages a conversation may have. Finding the answers takes time that grows with the square.
    private static let mostMessages = 1024

    init(record: Record, field: String) throws(DataError) {
        var messages: [ChatMessage] = []
        let values = try record.list(of: field)
        guard values.count <= Conversation.mostMessages else {
            throw record.error(
                "the conversation has \(values.count) messages, and \(Conversation.mostMessages) are allowed",
                remedy: "Cut it into shorter ones.")
        }
        for value in values {
            guard case .object(let fields) = value, case .string? = fields["role"] else {
                throw record.error("a message should be an object with “role” and “content”")
            }
            messages.append(ChatMessage(fields: fields))
        }
        self.messages = messages
    }

    /// The whole text, and where in its UTF-8 the assistant's messages are.
    func rendered(by template: ChatTemplate, for record: Record) throws(DataError) -> (String, [Range<Int>]) {
        let whole = try render(messages.count, template, prompts: false, record)
        var answers: [Range<Int>] = []
        for (index, message) in messages.enumerated() where message.fields["role"] == .string("assistant") {
            guard index > 0 else { continue }
            let prompt = try render(index, template, prompts: true, record)
            let answered = index + 1 == messages.count ? whole : try render(index + 1, template, prompts: false, record)
            guard whole.utf8.starts(with: prompt.utf8), whole.utf8.starts(with: answered.utf8),
                prompt.utf8.count <= answered.utf8.count
            else {
                throw record.error(
                    "the chat template writes message \(index + 1) in another way once more messages follow, so that its "
                        + "place in the text cannot be told",
                    remedy: "Give conversations that end with it, or another template.")
            }
            answers.append(prompt.utf8.count..<answered.utf8.count)
        }
        return (whole, answers)
    }

    private func render(
        _ count: Int, _ template: ChatTemplate, prompts: Bool, _ record: Record
    ) throws(DataError) -> String {
        do throws(TemplateError) {
            return try template.render(messages: Array(messages.prefix(count)), addGenerationPrompt: prompts)
        } catch {
            throw record.error("the chat template cannot be rendered: \(error.problem)", remedy: error.remedy)
        }
    }
}
