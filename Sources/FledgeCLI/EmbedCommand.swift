import ArgumentParser
import Fledge

struct EmbedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Turn texts into vectors that lie close together where the texts mean alike.",
        discussion: """
              fledge embed --model sentence-transformers/all-MiniLM-L6-v2 --text "It is raining." --json
              fledge embed --model ./my-model --similarity --text "A dog." --text "A cat."
              fledge embed --model google-bert/bert-base-uncased --pooling mean --normalize --file a.txt

            A sentence-transformers model says itself how a text becomes one vector; for others \
            give --pooling. Prints a JSON array a text, with --similarity the cosine of each \
            pair of texts.
            """)

    /// The names that sentence-transformers has for them, shortened.
    enum Pooling: String, CaseIterable, ExpressibleByArgument {
        case mean, cls, last, max

        var value: EmbeddingPooling {
            switch self {
            case .mean: .mean
            case .cls: .cls
            case .last: .last
            case .max: .max
            }
        }
    }

    @OptionGroup var model: ModelOptions
    @OptionGroup var input: TextInput

    @Option(help: ArgumentHelp("How a text's tokens become one vector, instead of the model's own way."))
    var pooling: Pooling?

    @Flag(
        inversion: .prefixedNo, help: "Give vectors the length 1 (default: what the model says, else not).")
    var normalize: Bool?

    @Option(help: ArgumentHelp("One of the model's prompts, put before each text.", valueName: "name"))
    var promptName: String?

    @Flag(help: "Print the cosine of the angle between each pair of texts.")
    var similarity = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        let dimensions: Int
        let embeddings: [[Float]]
        let similarities: [[Float]]?
    }

    func run() async throws {
        let engine = try model.engine()
        let texts = try input.texts().map(\.text)
        let directory = try await ModelOptions.directory(of: model.model, selection: .model)
        let embedder = try TextEmbedder.from(
            directory: directory, pooling: pooling?.value, normalizes: normalize, type: model.dtype, engine: engine)
        let terminal = TerminalProgress()
        let vectors = try embedder.embed(
            texts, prompt: promptName.map { .named($0) } ?? .standard, progress: terminal.texts("embed"))
        terminal.clear()
        let cosines = similarity ? try Similarity.cosines(vectors, vectors) : nil
        if json {
            return try Terminal.json(
                Report(dimensions: embedder.dimensions, embeddings: vectors, similarities: cosines))
        }
        guard let cosines else {
            for vector in vectors { Terminal.output("[\(vector.map { "\($0)" }.joined(separator: ","))]\n") }
            return
        }
        for (row, values) in cosines.enumerated() {
            for (column, value) in values.enumerated() where column > row {
                Terminal.output("\(row + 1)\t\(column + 1)\t\(Terminal.fixed(Double(value), 6))\n")
            }
        }
    }
}
