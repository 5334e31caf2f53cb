import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast a model loads, reads a prompt and decodes.",
        discussion: """
              fledge bench --model google/flan-t5-base --dtype int8 --repeat 10
              fledge bench --model google/flan-t5-base --batch 4 --prompt-tokens 32,64

            Prompts are arbitrary ids and decoding goes on for the full number of tokens, \
            so that runs are alike. Prints medians with the smallest and the largest of \
            the runs.
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("Prompt tokens; with --batch a list, repeated as needed.", valueName: "counts"),
        transform: TokenList.init(parsing:))
    var promptTokens = TokenList(ids: [256])

    @Option(help: ArgumentHelp("Tokens to decode.", valueName: "count"))
    var newTokens = 64

    @Option(
        name: [.customLong("repeat")],
        help: ArgumentHelp("Measured runs, after one that is not counted.", valueName: "count"))
    var runs = 5

    @Option(help: ArgumentHelp("Prompts in a batch.", valueName: "count"))
    var batch = 1

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(newTokens) else { throw ValidationError("--new-tokens must be from 1 to 100000") }
        guard (1...10_000).contains(runs) else { throw ValidationError("--repeat must be from 1 to 10000") }
        guard (1...4096).contains(batch) else { throw ValidationError("--batch must be from 1 to 4096") }
        guard promptTokens.ids.allSatisfy({ (1...100_000).contains($0) }) else {
            throw ValidationError("--prompt-tokens must be from 1 to 100000")
        }
        guard promptTokens.ids.count <= batch else {
            throw ValidationError(
                "--prompt-tokens has \(promptTokens.ids.count) numbers for a batch of \(batch); raise --batch")
        }
    }

    /// The middle of the runs, and how far they lay apart.
    struct Spread: Encodable {
        let median: Double
        let min: Double
        let max: Double

        init(_ values: [Double]) {
            let sorted = values.sorted()
            let middle = sorted.count / 2
            median =
                sorted.isEmpty
                ? 0
                : sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
            min = sorted.first ?? 0
            max = sorted.last ?? 0
        }

        func text(_ decimals: Int) -> String {
            "\(Terminal.fixed(median, decimals)) (\(Terminal.fixed(min, decimals))…\(Terminal.fixed(max, decimals)))"
        }
    }

    private struct Report: Encodable {
        var isa: String
        var threads: Int
        var dtype: String
        var batch: Int
        var promptTokens: [Int]
        var newTokens: Int
        var loadSeconds: Spread
        var prefillSeconds: Spread
        var decodeTokensPerSecond: Spread
        var batchTokensPerSecond: Spread
        var bandwidthBytesPerSecond: Double
        var weightBytesPerToken: Int
        var peakMemoryBytes: Spread
    }

    func run() async throws {
        let engine = try model.engine()
        let directory = try await model.directory()
        let clock = ContinuousClock()
        var loads: [Double] = []
        var loaded: Subject?
        // The first load brings the file into the page cache; one model is in memory at a time.
        for _ in 0..<3 {
            loaded = nil
            let start = clock.now
            loaded = try Subject(directory, type: model.dtype, engine: engine)
            loads.append((clock.now - start).seconds)
        }
        guard let loaded else { return }
        let peak = Terminal.peakMemoryBytes
        let limit = loaded.transformer.vocabularySize
        let prompts = (0..<batch).map { row in
            (0..<promptTokens.ids[row % promptTokens.ids.count]).map { column in (row * 31 + column * 7919 + 3) % limit
            }
        }
        try loaded.check(prompts, newTokens: newTokens)
        var (prefills, decodes, totals): ([Double], [Double], [Double]) = ([], [], [])
        let terminal = TerminalProgress()
        for run in 0...runs {
            terminal.draw(
                ProgressBar(label: "bench", completed: Int64(run), total: Int64(runs + 1), unit: .items("runs")))
            let statistics = try loaded.run(prompts, newTokens: newTokens)
            guard run > 0 else { continue }
            prefills.append(statistics.prefillSeconds)
            decodes.append(statistics.decodeTokensPerSecond)
            totals.append(
                Double(statistics.generatedTokens) / (statistics.prefillSeconds + statistics.decodeSeconds))
        }
        terminal.clear()
        let peakAfter = max(peak, Terminal.peakMemoryBytes)
        let report = Report(
            isa: engine.isa, threads: engine.threads, dtype: model.dtype.rawValue, batch: batch,
            promptTokens: prompts.map(\.count), newTokens: newTokens, loadSeconds: Spread(loads),
            prefillSeconds: Spread(prefills), decodeTokensPerSecond: Spread(decodes),
            batchTokensPerSecond: Spread(totals), bandwidthBytesPerSecond: engine.measureReadBandwidth(),
            weightBytesPerToken: loaded.weightBytesPerToken, peakMemoryBytes: Spread([Double(peakAfter)]))
        if json { return try Terminal.json(report) }
        Terminal.output(text(report))
    }

    /// What is measured: a model that generates, or one that only encodes.
    private enum Subject {
        case generative(any GenerativeModel)
        case encoder(any Backbone)

        init(_ directory: URL, type: WeightType, engine: Engine) throws {
            let family = ModelRegistry.standard.families[try ModelConfig.read(directory: directory).0.modelType]
            if let family, family.causalLM == nil, family.seq2SeqLM == nil {
                self = .encoder(try AutoModel.from(directory: directory, type: type, engine: engine))
            } else {
                self = .generative(try AutoModelForGeneration.from(directory: directory, type: type, engine: engine))
            }
        }

        var transformer: any Transformer {
            switch self {
            case .generative(let model): model
            case .encoder(let model): model
            }
        }

        var weightBytesPerToken: Int {
            switch self {
            case .generative(let model): model.weightBytesPerToken
            case .encoder: 0
            }
        }

        /// - Throws: ``GenerationError``, ``ModelError`` for lengths that the model cannot take.
        func check(_ prompts: [[Int]], newTokens: Int) throws {
            if case .encoder(let model) = self { for prompt in prompts { try model.validate(TokenSequence(prompt)) } }
            guard case .generative(let model) = self, let limit = model.positionLimit else { return }
            let longest = prompts.map(\.count).max() ?? 0
            let possible = model.newTokenLimit(promptTokens: longest, window: limit) ?? .max
            if longest > limit || newTokens > possible {
                throw UserError.usage(
                    "the model has positions for \(limit) tokens; lower --prompt-tokens or --new-tokens")
            }
        }

        func run(_ prompts: [[Int]], newTokens: Int) throws -> GenerationStatistics {
            switch self {
            case .generative(let model):
                var config = GenerationConfig()
                config.maxNewTokens = newTokens
                config.contextLength = model.positionLimit ?? (prompts.map(\.count).max() ?? 0) + newTokens
                return try TextGenerator(model: model, tokenizer: nil, config: config)
                    .complete(tokens: prompts).statistics
            case .encoder(let model):
                var statistics = GenerationStatistics(promptTokens: prompts.reduce(0) { $0 + $1.count })
                let elapsed = ContinuousClock().measure {
                    _ = model.hiddenStates(of: prompts.map { TokenSequence($0) }, observe: nil)
                }
                statistics.prefillSeconds = elapsed.seconds
                statistics.generatedTokens = statistics.promptTokens
                return statistics
            }
        }
    }

    private func text(_ report: Report) -> String {
        let ceiling = report.bandwidthBytesPerSecond / Double(max(1, report.weightBytesPerToken))
        var lines = [
            "\(report.dtype) on \(report.threads) thread(s), \(report.isa)",
            "load             \(report.loadSeconds.text(3)) s",
            "to first token   \(report.prefillSeconds.text(4)) s (\(report.promptTokens.reduce(0, +)) prompt tokens)",
            "decode           \(report.decodeTokensPerSecond.text(1)) tokens/s",
        ]
        if batch == 1 {
            lines.append(
                "memory bound     \(Terminal.fixed(ceiling, 1)) tokens/s: "
                    + "\(Terminal.megabytes(report.weightBytesPerToken)) of weights a token at "
                    + "\(Terminal.fixed(report.bandwidthBytesPerSecond / 1e9, 1)) GB/s; reached "
                    + "\(Terminal.fixed(100 * report.decodeTokensPerSecond.median / ceiling, 0)) %")
        } else {
            lines.append("batch            \(report.batchTokensPerSecond.text(1)) tokens/s, prompts included")
        }
        lines.append("peak memory      \(Terminal.megabytes(Int(report.peakMemoryBytes.median)))")
        return lines.joined(separator: "\n") + "\n"
    }
}
