import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct FinetuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finetune",
        abstract: "Adapt a model to a task, all of it or by low-rank adapters.",
        discussion: """
              fledge finetune --model google/flan-t5-small --data dialogsum.jsonl --objective seq2seq \
                --source-field dialogue --target-field summary --prefix "Summarize: " --output ./my-summariser
              fledge finetune --model ./bert --data sst2.jsonl --objective classification --output ./my-classifier
              fledge finetune --model ./flan-t5-base --data train.jsonl --objective seq2seq --lora-rank 32 \
                --lora-alpha 32 --output ./my-adapter
              fledge finetune --recipe recipe.yaml

            A recipe is a YAML file with the flags' names and values; flags given beside it win.
            """)

    @Option(help: ModelOptions.modelHelp)
    var model: String

    @Option(help: ArgumentHelp("The tokenizer's directory, unless it is the model's.", valueName: "directory"))
    var tokenizer: String?

    @OptionGroup var training: TrainingArguments

    func run() async throws {
        var run = TrainingRun(arguments: training)
        run.model = try await ModelOptions.directory(of: model)
        if let tokenizer { run.tokenizerDirectory = try await ModelOptions.directory(of: tokenizer) }
        try await run.run()
    }
}
