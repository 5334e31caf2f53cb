import ArgumentParser
import Fledge

struct BenchTokenizerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-tokenizer",
        abstract: "Measure how fast a tokenizer is, on one thread.",
        discussion: """
              fledge bench-tokenizer --model google/flan-t5-base --file corpus.txt

            Prints one JSON object, with --json and without.
            """)

    @Option(help: ModelOptions.modelHelp)
    var model: String

    @Option(help: ArgumentHelp("A file that holds the text; - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Take every line as a text of its own; otherwise the file is one text.")
    var lines = false

    @Option(
        name: [.customLong("repeat")],
        help: ArgumentHelp("Measured runs, after one that is not counted.", valueName: "count"))
    var runs = 5

    @Flag(help: "Print one JSON object, as this command always does.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(runs) else { throw ValidationError("--repeat must be from 1 to 10000") }
    }

    private struct Report: Encodable {
        let megabytesPerSecond: Double
        let medianSeconds: Double
        let loadSeconds: Double
        let bytes: Int
        let tokens: Int
    }

    func run() async throws {
        let text = try Terminal.readText(file)
        let directory = try await ModelOptions.directory(of: model, selection: .tokenizer)
        let clock = ContinuousClock()
        let start = clock.now
        let tokenizer = try AutoTokenizer.from(directory: directory)
        let loadSeconds = (clock.now - start).seconds
        let texts = lines ? TokenizeCommand.lines(of: text) : [text]
        let benchmark = TokenizerBenchmark(of: tokenizer, texts: texts, repetitions: runs)
        try Terminal.json(
            Report(
                megabytesPerSecond: benchmark.megabytesPerSecond, medianSeconds: benchmark.medianSeconds,
                loadSeconds: loadSeconds, bytes: benchmark.byteCount, tokens: benchmark.tokenCount))
    }
}
