import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct PretrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Train a model from nothing, or go on training one, on plain text.",
        discussion: """
              fledge pretrain --config config.json --tokenizer ./tokenizer --data book.txt \\
                --block-length 256 --max-steps 1000 --learning-rate 1e-3 --output ./my-model
              fledge pretrain --model ./my-model --data more.jsonl --output ./my-model-2

            Without --objective a decoder learns to predict the next token, an encoder \\
            masked tokens, and an encoder–decoder what its targets say. A recipe is a YAML file \
            with the flags' names and values: fledge pretrain --recipe recipe.yaml.
            """)

    @Option(help: ModelOptions.modelHelp)
    var model: String?

    @Option(help: ArgumentHelp("A config.json: the model begins with nothing else.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The tokenizer's directory, unless it is the model's.", valueName: "directory"))
    var tokenizer: String?

    @OptionGroup var training: TrainingArguments

    func validate() throws {
        if (model == nil) == (config == nil) { throw ValidationError("give either --model or --config") }
    }

    func run() async throws {
        var run = TrainingRun(arguments: training)
        if let model { run.model = try await ModelOptions.directory(of: model) }
        run.config = config
        if let tokenizer { run.tokenizerDirectory = try await ModelOptions.directory(of: tokenizer) }
        try await run.run()
    }
}
