public import ArgumentParser
public import Fledge

extension EntityAggregation: ExpressibleByArgument {}

struct NerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ner",
        abstract: "Find names of people, places and other entities in a text.",
        discussion: """
              fledge ner --model ./my-ner-model --text "Anna flew from Oslo to Rome."
              fledge ner --model ./my-ner-model --file news.txt --aggregation first --json

            Prints each entity with its label, probability, and first and last character (counted from 0, \
            the last one excluded).
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOption
    @OptionGroup var input: TextInput

    @Option(help: ArgumentHelp("How tokens become entities.", valueName: "way"))
    var aggregation: EntityAggregation = .simple

    @Option(
        help: ArgumentHelp(
            "Read a text that is too long in windows that share this many tokens, instead of cutting it.",
            valueName: "tokens"))
    var stride: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        struct Result: Encodable {
            let text: String
            let entities: [Entity]
        }
        let results: [Result]
    }

    func run() async throws {
        let engine = try model.engine()
        let texts = try input.texts().map(\.text)
        let recognizer = try EntityRecognizer.from(
            directory: try await model.directory(), type: model.dtype, engine: engine, registry: adapter.registry)
        let terminal = TerminalProgress()
        let results = try recognizer.recognize(
            texts, aggregation: aggregation, stride: stride, progress: terminal.texts("ner"))
        terminal.clear()
        if json {
            return try Terminal.json(Report(results: zip(texts, results).map { .init(text: $0, entities: $1) }))
        }
        for (number, entities) in results.enumerated() {
            if results.count > 1 { Terminal.output("text \(number + 1)\n") }
            for entity in entities {
                let score = Terminal.fixed(Double(entity.score), 4)
                Terminal.output("\(entity.label)\t\(entity.word)\t\(score)\t\(entity.start)–\(entity.end)\n")
            }
        }
    }
}
