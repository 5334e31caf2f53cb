import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct PromptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt",
        abstract: "Make a prompt of a template, a record and demonstrations, and show it.",
        discussion: """
              fledge prompt --list
              fledge prompt --template summarize --field text="It rained all day."
              fledge prompt --template sentiment --data a.jsonl --shots 4 --model ./my-model

            With --model tokens are counted as the model counts them. What does not fit into its \
            context is left out: first demonstrations, then a part of the field that the template \
            names; notes on standard error say so. The same flags make prompts for fledge generate.
            """)

    @Flag(help: "List the built-in templates.")
    var list = false

    @OptionGroup var prompt: PromptOptions

    @Option(help: ArgumentHelp("Of demonstrations drawn at random (default: 0).", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "The model that the prompt is for: a directory, or a Hub id. Its weights are not read.",
            valueName: "directory-or-id"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Tokens to keep free for the answer (default: what the model would generate).", valueName: "count"))
    var maxNewTokens: Int?

    @Option(help: ArgumentHelp("Tokens that the context holds, whatever the model says.", valueName: "count"))
    var contextLength: Int?

    @Flag(help: "Write a conversation in the form of the model's chat template.")
    var chat = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if list == (prompt.template != nil) { throw ValidationError("give either --template or --list") }
        let needModel = [
            ("--max-new-tokens", maxNewTokens != nil), ("--context-length", contextLength != nil), ("--chat", chat),
        ]
        if model == nil, let (flag, _) = needModel.first(where: \.1) {
            throw ValidationError("\(flag) goes with --model; add it, or leave \(flag) out")
        }
        for (flag, count) in [("--max-new-tokens", maxNewTokens), ("--context-length", contextLength)] {
            if let count, count < 1 { throw ValidationError("\(flag) is \(count); it must be at least 1") }
        }
        if seed != nil, !prompt.drawsShots {
            throw ValidationError("--seed goes with --shots that are drawn at random; leave it out")
        }
        if list, model != nil { throw ValidationError("--list needs no --model; leave it out") }
    }

    func run() async throws {
        if list { return try listTemplates() }
        var (builder, query) = try await prompt.prepare(seed: seed ?? 0)
        if let model {
            let directory = try await ModelOptions.directory(of: model, selection: .tokenizer)
            var window = try ContextWindow(directory: directory)
            if let contextLength { window.length = contextLength }
            builder.budget = try PromptBudget(
                tokenizer: try AutoTokenizer.from(directory: directory), window: window,
                newTokens: try maxNewTokens ?? GenerationConfig(directory: directory).maxNewTokens)
            if chat { builder.chat = try ChatTemplate(directory: directory) }
        }
        let built = try builder.build(query)
        if json { return try Terminal.json(Report(built)) }
        built.notes.warn()
        Terminal.output(built.text + "\n")
    }

    private struct Report: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }
        let prompt: String
        let tokens: Int?
        let demonstrations: Int
        let notes: [NoteReport]
        let stop: [String]
        let messages: [Message]?

        init(_ built: BuiltPrompt) {
            prompt = built.text
            tokens = built.tokenCount
            demonstrations = built.demonstrations
            notes = built.notes.map { NoteReport($0) }
            stop = built.stopSequences
            messages = built.messages?.map { message in
                func text(_ field: String) -> String {
                    if case .string(let text)? = message.fields[field] { text } else { "" }
                }
                return Message(role: text("role"), content: text("content"))
            }
        }
    }

    private struct List: Encodable {
        struct Entry: Encodable {
            let name: String
            let description: String
            let inputs: [String]
            let target: String?
        }
        let templates: [Entry]
    }

    private func listTemplates() throws {
        let entries = try PromptTemplate.builtInNames.map { name in
            let template = try PromptTemplate.builtIn(name)
            return List.Entry(
                name: name, description: template.summary, inputs: template.inputs, target: template.target)
        }
        if json { return try Terminal.json(List(templates: entries)) }
        let width = (entries.map(\.name.count).max() ?? 0) + 2
        for entry in entries {
            let fields = entry.inputs.joined(separator: ", ") + (entry.target.map { " → \($0)" } ?? "")
            let gap = String(repeating: " ", count: width - entry.name.count)
            Terminal.output("\(entry.name)\(gap)\(entry.description) (\(fields))\n")
        }
    }
}
