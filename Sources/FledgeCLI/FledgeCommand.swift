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

              fledge generate --model google/flan-t5-small --prompt "translate English to German: Good morning."
              fledge generate --model ./my-model --dtype int8 --prompt-file dialogue.txt
              fledge info --model google/flan-t5-base

            Every command that computes something takes --json and then prints one JSON object.
            """,
        subcommands: [
            GenerateCommand.self, TokenizeCommand.self, ForwardCommand.self, InfoCommand.self, BenchCommand.self,
            BenchTokenizerCommand.self, HubCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(with: error, of: Self.self)
        }
    }
}
