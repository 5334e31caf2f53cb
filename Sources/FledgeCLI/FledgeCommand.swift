import ArgumentParser
import Fledge

/// The program: parses the command line, runs a command, and turns errors into messages and exit codes.
@main
struct FledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fledge",
        abstract: "Language models on this machine: prompt them, look at them, measure them.",
        discussion: """
            A model is a directory in the Hugging Face layout or a Hub id:

              fledge generate --model google/flan-t5-small --prompt "Good morning."
              fledge generate --model ./my-model --dtype int8 --prompt-file a.txt
              fledge info --model google/flan-t5-base

            Every command that computes something takes --json and then prints one \
            JSON object on standard output. Errors go to standard error, with the exit \
            codes of sysexits: 64 usage, 65 bad data, 66 missing input, 69 unavailable, \
            74 input or output.
            """,
        subcommands: [
            GenerateCommand.self, PromptCommand.self, ExplainCommand.self, ClassifyCommand.self, NerCommand.self,
            FillMaskCommand.self, EmbedCommand.self, AnswerCommand.self, EvaluateCommand.self, LabCommand.self,
            PretrainCommand.self, FinetuneCommand.self, TokenizeCommand.self,
            TrainTokenizerCommand.self, ForwardCommand.self, InfoCommand.self, BenchCommand.self,
            BenchTokenizerCommand.self, HubCommand.self,
        ])

    static func main() async {
        var type: (any ParsableCommand.Type)?
        do {
            var command = try parseAsRoot(Recipe.expanded(Array(CommandLine.arguments.dropFirst())))
            type = Swift.type(of: command)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(with: error, of: type)
        }
    }

    /// A command as a user writes it: `fledge hub download`.
    static func name(of command: any ParsableCommand.Type) -> String {
        let parent = command == HubCommand.Download.self ? "fledge hub " : "fledge "
        return parent + (command.configuration.commandName ?? "")
    }
}
