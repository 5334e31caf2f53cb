import ArgumentParser
import Fledge

struct TrainTokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-tokenizer",
        abstract: "Learn a tokenizer from texts.",
        discussion: """
              fledge train-tokenizer --type bpe --vocab-size 16000 --data a.txt --output t
              fledge train-tokenizer --type unigram --vocab-size 8000 --data a.jsonl \\
                --field dialogue --sentencepiece --output t

            The directory gets tokenizer.json and tokenizer_config.json, which this program \
            and transformers read, and a SentencePiece model if asked for.
            """)

    @OptionGroup var settings: TokenizerTrainingOptions

    @Option(help: ArgumentHelp("The directory for the tokenizer's files; made if need be.", valueName: "directory"))
    var output: String

    @Flag(help: "Write a SentencePiece model too (styles t5 and llama).")
    var sentencepiece = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if sentencepiece, !settings.effectiveStyle.isSentencePiece {
            throw ValidationError(
                "--sentencepiece goes with the styles t5 and llama: a SentencePiece model cannot do what "
                    + "\(settings.effectiveStyle.rawValue) does; leave it out")
        }
    }

    private struct Report: Encodable {
        let type: String
        let style: String
        let vocabularySize: Int
        let merges: Int
        let output: String
        let files: [String]
        let countSeconds: Double
        let learnSeconds: Double
        let totalSeconds: Double
        let peakMemoryBytes: Int
    }

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        try TrainedTokenizer.check(output: output)
        let terminal = TerminalProgress()
        defer { terminal.clear() }
        let trained = try settings.trainer().train(on: settings.corpus()) { terminal.draw($0.bar) }
        let files = try trained.save(to: output, includesSentencePiece: sentencepiece)
        terminal.clear()
        let report = Report(
            type: settings.type.rawValue, style: trained.style.rawValue, vocabularySize: trained.vocabularySize,
            merges: trained.mergeCount, output: output, files: files, countSeconds: trained.timings.counting.seconds,
            learnSeconds: trained.timings.learning.seconds, totalSeconds: (clock.now - start).seconds,
            peakMemoryBytes: Terminal.peakMemoryBytes)
        if json { return try Terminal.json(report) }
        let fewer =
            trained.vocabularySize < settings.vocabSize
            ? " (\(settings.vocabSize) were asked for; the corpus has no more to learn from)" : ""
        Terminal.output(
            "\(trained.vocabularySize) tokens\(fewer) in \(Terminal.fixed(report.totalSeconds, 2)) s: "
                + "\(files.joined(separator: ", ")) in \(output)\n")
    }
}

extension TrainingProgress {
    /// How it looks on a terminal.
    fileprivate var bar: ProgressBar {
        let unit: ProgressBar.Unit =
            switch stage {
            case .counting: .bytes
            case .seeding, .learning: .items("steps")
            }
        return ProgressBar(
            label: stage.rawValue, completed: Int64(completed), total: total.map(Int64.init), unit: unit)
    }
}
