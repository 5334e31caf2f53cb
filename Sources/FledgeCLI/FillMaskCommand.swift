import ArgumentParser
import Fledge

struct FillMaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fill-mask",
        abstract: "Find the tokens that belong in the masked places of a text.",
        discussion: """
              fledge fill-mask --model bert-base-uncased --text "Paris is the [MASK] of France."

            The mask is the model's own: [MASK] for BERT, <mask> for RoBERTa.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOption
    @OptionGroup var input: TextInput

    @Option(help: ArgumentHelp("Candidates for each place.", valueName: "count"))
    var topK = 5

    @Option(help: ArgumentHelp("Choose from these words only; may be given several times.", valueName: "word"))
    var target: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if topK < 1 { throw ValidationError("--top-k is \(topK); it must be at least 1") }
    }

    private struct Report: Encodable {
        struct Result: Encodable {
            let text: String
            /// One list a masked place.
            let masks: [[MaskCandidate]]
        }
        let results: [Result]
    }

    func run() async throws {
        let engine = try model.engine()
        let texts = try input.texts().map(\.text)
        let filler = try MaskFiller.from(
            directory: try await model.directory(), type: model.dtype, engine: engine, registry: adapter.registry)
        let terminal = TerminalProgress()
        let results = try filler.fill(
            texts, topK: topK, targets: target.isEmpty ? nil : target, progress: terminal.texts("fill-mask"))
        terminal.clear()
        if json {
            return try Terminal.json(Report(results: zip(texts, results).map { .init(text: $0, masks: $1) }))
        }
        for candidate in results.joined().joined() {
            Terminal.output(
                "\(Terminal.fixed(Double(candidate.score), 4))\t\(candidate.tokenString)\t\(candidate.sequence)\n")
        }
    }
}
