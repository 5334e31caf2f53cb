import Foundation
import Testing

struct HelpTests {
    static let commands = [
        "", "generate", "prompt", "explain", "classify", "ner", "fill-mask", "embed", "answer", "tokenize",
        "train-tokenizer", "forward", "info", "bench", "bench-tokenizer", "hub", "hub download", "pretrain", "finetune",
        "evaluate", "lab",
    ]

    @Test(arguments: commands) func helpIsTheSnapshot(command: String) throws {
        let arguments = command.split(separator: " ").map(String.init) + ["--help"]
        let result = try Fledge.finish(try Fledge.process(arguments))
        #expect(result.status == 0)
        #expect(result.error.isEmpty)
        for line in result.output.split(separator: "\n") where !line.hasPrefix("USAGE:") {
            #expect(line.count <= 80, "\(line)")
        }
        let name = command.isEmpty ? "fledge" : command.replacingOccurrences(of: " ", with: "-")
        try Snapshot.expect(result.output, "help-\(name)")
    }

    @Test func noCommandShowsTheHelp() throws {
        let help = try Fledge.run("--help")
        let result = try Fledge.run()
        #expect(result.output == help.output)
        #expect(result.status == 0)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreWritten(shell: String) throws {
        let result = try Fledge.run("--generate-completion-script", shell)
        #expect(result.status == 0)
        #expect(result.error.isEmpty)
        for word in ["generate", "max-new-tokens", "download", "bfloat16"] {
            #expect(result.output.contains(word), "\(word)")
        }
    }

    @Test func theBashCompletionsAreBash() throws {
        let directory = try TemporaryDirectory(["script": try Fledge.run("--generate-completion-script", "bash").output]
        )
        let bash = Process()
        bash.executableURL = URL(filePath: "/bin/bash")
        bash.arguments = ["-n", directory.file("script").path]
        let result = try Fledge.finish(bash)
        #expect(result.status == 0)
        #expect(result.error.isEmpty)
    }
}
