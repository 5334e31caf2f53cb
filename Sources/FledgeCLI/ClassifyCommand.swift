import ArgumentParser
import Fledge

struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Tell which class a text belongs to, such as positive or negative.",
        discussion: """
              fledge classify --model ./my-sentiment-model --text "What a film!"
              fledge classify --model ./my-model --file reviews.txt --top-k 3 --json

            Prints the best label of each text and its probability, with --top-k more of them.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOption
    @OptionGroup var input: TextInput

    @Option(help: ArgumentHelp("How many labels of each text; 0 for all.", valueName: "count"))
    var topK = 1

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if topK < 0 { throw ValidationError("--top-k is \(topK); it must not be negative (0 for all)") }
    }

    private struct Report: Encodable {
        struct Result: Encodable {
            let text: String
            let labels: [ClassScore]
        }
        let results: [Result]
    }

    func run() async throws {
        let engine = try model.engine()
        let texts = try input.texts()
        let classifier = try TextClassifier.from(
            directory: try await model.directory(), type: model.dtype, engine: engine, registry: adapter.registry)
        let terminal = TerminalProgress()
        let results = try classifier.classify(
            pairs: texts, topK: topK == 0 ? nil : topK, progress: terminal.texts("classify"))
        terminal.clear()
        if json {
            return try Terminal.json(Report(results: zip(texts, results).map { .init(text: $0.text, labels: $1) }))
        }
        for labels in results {
            Terminal.output(
                labels.map { "\($0.label) \(Terminal.fixed(Double($0.score), 4))" }.joined(separator: "\t") + "\n")
        }
    }
}
