import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Prompts as conversations, in the words that a model was trained to read them in.
struct ChatOptions: ParsableArguments {
    @Flag(help: "Take each prompt as what a user says, and put it in the form of the model's chat template.")
    var chat = false

    @Option(help: ArgumentHelp("Chat: what the model is told before the user speaks.", valueName: "text"))
    var system: String?

    @Option(
        help: ArgumentHelp(
            "Chat: a file with the whole conversation, a JSON array of {\"role\", \"content\"}; - for standard input.",
            valueName: "file"))
    var messages: String?

    @Option(help: ArgumentHelp("Chat: a file with a template to use instead of the model's.", valueName: "file"))
    var chatTemplate: String?

    func validate() throws {
        if isWanted { return }
        let idle = [("--system", system != nil), ("--chat-template", chatTemplate != nil)].first(where: \.1)
        if let (flag, _) = idle { throw ValidationError("\(flag) goes with --chat; add it, or leave \(flag) out") }
    }

    var isWanted: Bool { chat || messages != nil }

    /// The texts of the conversations, each ending where the model is to answer.
    ///
    /// - Throws: ``TemplateError``, ``UserError``.
    func render(_ prompts: [String], directory: URL) throws -> [String] {
        let template = try template(directory)
        return try conversations(prompts).map { try template.render(messages: $0, addGenerationPrompt: true) }
    }

    /// The template that conversations are written with.
    ///
    /// - Throws: ``TemplateError``, ``UserError``.
    func template(_ directory: URL) throws -> ChatTemplate {
        guard let chatTemplate else { return try ChatTemplate(directory: directory) }
        let source = try Terminal.readText(chatTemplate)
        // The model's special tokens go with any template.
        let own = try? ChatTemplate(directory: directory)
        return try ChatTemplate(source: source, name: chatTemplate, variables: own?.variables ?? [:])
    }

    private func conversations(_ prompts: [String]) throws -> [[ChatMessage]] {
        let opening = system.map { [ChatMessage.system($0)] } ?? []
        guard let messages else { return prompts.map { opening + [.user($0)] } }
        guard case .array(let values) = try Value(json: try Terminal.readText(messages), name: messages) else {
            throw UserError.badData("\(messages): is not a JSON array; give [{\"role\": …, \"content\": …}, …]")
        }
        return [
            opening
                + (try values.map { value in
                    guard case .object(let fields) = value, case .string = fields["role"] else {
                        throw UserError.badData(
                            "\(messages): a message is not an object with a “role”; give {\"role\": …, \"content\": …}")
                    }
                    return ChatMessage(fields: fields)
                })
        ]
    }
}
