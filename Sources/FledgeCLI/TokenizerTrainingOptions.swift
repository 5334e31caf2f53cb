public import ArgumentParser
public import Fledge

extension TokenizerStyle: ExpressibleByArgument {}
extension TokenizerStyle.Model: ExpressibleByArgument {}

/// What a tokenizer is trained on, and how.
struct TokenizerTrainingOptions: ParsableArguments {
    @Option(help: "What is learned.")
    var type: TokenizerStyle.Model

    @Option(
        help: ArgumentHelp(
            "How many tokens there shall be, special ones included; fewer if the texts have no more to learn from.",
            valueName: "count"))
    var vocabSize: Int

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text files, of which every line is a document, and .jsonl files of JSON objects, of which one field is; "
                + "- for standard input, as text.", valueName: "file"))
    var data: [String]

    @Option(
        help: ArgumentHelp("The field of JSON objects that holds the text (default: text).", valueName: "name"))
    var field: String?

    @Flag(help: "Take every text file as one document.")
    var wholeFiles = false

    @Option(help: "How texts are cut and which special tokens there are (default: gpt2, t5, bert by type).")
    var style: TokenizerStyle?

    @Option(
        help: ArgumentHelp(
            "Merge only pairs that occur so often (bpe and wordpiece; default: 2).", valueName: "count"))
    var minFrequency: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Special tokens besides those of the style.", valueName: "token"))
    var specialTokens: [String] = []

    @Option(
        help: ArgumentHelp(
            "Share of all characters that have tokens of their own (t5 and llama; default: 0.9995).",
            valueName: "share"))
    var characterCoverage: Double?

    @Option(
        help: ArgumentHelp(
            "How many characters the alphabet has, the most frequent ones (wordpiece; default: 1000).",
            valueName: "count"))
    var limitAlphabet: Int?

    @Option(
        help: ArgumentHelp(
            "The longest token in characters (default: 16 for t5 and llama, otherwise no limit).", valueName: "count"))
    var maxPieceLength: Int?

    @Flag(
        inversion: .prefixedNo, help: "Spell characters without a token as bytes (t5 and llama; default: llama only).")
    var byteFallback: Bool?

    @Flag(help: "Make texts lower case; bert removes accents too.")
    var lowercase = false

    @Option(
        help: ArgumentHelp(
            "How many threads compute (default: FLEDGE_THREADS, else the machine's physical cores).",
            valueName: "count"))
    var threads: Int?

    /// The style that is used.
    var effectiveStyle: TokenizerStyle { style ?? type.defaultStyle }

    func validate() throws {
        let style = effectiveStyle
        if style.model != type {
            let fitting = TokenizerStyle.allCases.filter { $0.model == type }.map(\.rawValue)
            throw ValidationError(
                "the style \(style.rawValue) is for \(style.model.rawValue); give --style "
                    + "\(fitting.joined(separator: " or ")), or another --type")
        }
        func refuse(_ option: String, _ why: String) -> ValidationError {
            ValidationError("\(option) does nothing for the style \(style.rawValue): \(why); leave it out")
        }
        if minFrequency != nil, style == .t5 { throw refuse("--min-frequency", "a unigram model merges nothing") }
        if characterCoverage != nil, !style.isSentencePiece {
            throw refuse("--character-coverage", "it is for t5 and llama")
        }
        if limitAlphabet != nil, style != .bert { throw refuse("--limit-alphabet", "it is for bert") }
        if byteFallback != nil, !style.isSentencePiece { throw refuse("--byte-fallback", "it is for t5 and llama") }
        if data.isEmpty { throw ValidationError("there is nothing to learn from; give --data with a file") }
        if data.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read only once") }
        if field != nil, !data.contains(where: { $0.hasSuffix(".jsonl") }) {
            throw ValidationError("--field is for .jsonl files, and there are none; leave it out")
        }
        if wholeFiles, data.allSatisfy({ $0.hasSuffix(".jsonl") }) {
            throw ValidationError("--whole-files is for text files, and there are none; leave it out")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); give a number from 1 to 1024, or leave it out")
        }
    }

    /// How many threads to use: what was asked for, else FLEDGE_THREADS, else all cores.
    ///
    /// - Throws: ``UserError`` if the environment asks for what is not a number of threads.
    private func threadCount() throws -> Int {
        do {
            return try threads ?? Engine.environmentThreads() ?? Engine.availableCores
        } catch EngineError.badThreadCount(let text) {
            throw UserError.usage("FLEDGE_THREADS is “\(text)”; set it to a number from 1 to 1024, or unset it")
        }
    }

    func trainer() throws -> TokenizerTrainer {
        var trainer = TokenizerTrainer(style: effectiveStyle, vocabularySize: vocabSize)
        trainer.specialTokens = specialTokens
        if let maxPieceLength { trainer.longestPiece = maxPieceLength }
        trainer.lowercases = lowercase
        trainer.threads = try threadCount()
        if let minFrequency { trainer.minimumFrequency = minFrequency }
        if let characterCoverage { trainer.characterCoverage = characterCoverage }
        if let limitAlphabet { trainer.alphabetLimit = limitAlphabet }
        if let byteFallback { trainer.byteFallback = byteFallback }
        return trainer
    }

    func corpus() -> TrainingCorpus {
        var corpus = TrainingCorpus()
        for file in data {
            let format: TrainingCorpus.Format =
                file.hasSuffix(".jsonl") ? .jsonLines(field: field ?? "text") : wholeFiles ? .wholeFile : .lines
            corpus.append(file: file, format: format)
        }
        return corpus
    }
}
