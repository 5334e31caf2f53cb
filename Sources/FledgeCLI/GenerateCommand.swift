import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generate text from a prompt.",
        discussion: """
            Greedy by default; sampling with --do-sample. On a terminal the text \
            appears as it is generated.

              fledge generate --model google/flan-t5-base --prompt-file dialogue.txt
              fledge generate --model ./my-model --prompt "Once" --do-sample --top-p 0.9
              fledge generate --model ./my-model --chat --prompt "Why is the sky blue?"
              fledge generate --model ./my-model --template summarize --data news.jsonl
              fledge generate --model ./my-model --input-ids 37,1782,19,1 --json

            Several --prompt make one batch. A model without a tokenizer takes \
            --input-ids and prints ids.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOption

    @Option(help: ArgumentHelp("The prompt; may be given several times for a batch.", valueName: "text"))
    var prompt: [String] = []

    @Option(help: ArgumentHelp("A file that holds the prompt; - for standard input.", valueName: "file"))
    var promptFile: String?

    @Option(
        help: ArgumentHelp("The prompt as token ids, used as they are: 1,2,3.", valueName: "ids"),
        transform: TokenList.init(parsing:))
    var inputIds: TokenList?

    @Flag(
        help: ArgumentHelp(
            "Shorten a prompt that is longer than the context: of an encoder's its first tokens and its end token "
                + "remain, of a decoder-only model's its last tokens."))
    var truncate = false

    @OptionGroup var templated: PromptOptions

    @OptionGroup var chat: ChatOptions

    @OptionGroup var generation: GenerationOptions

    @Flag(help: "Print text as it is generated, also when standard output is not a terminal.")
    var stream = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let sources = [!prompt.isEmpty, promptFile != nil, inputIds != nil, templated.template != nil]
            .filter { $0 }.count
        if chat.messages != nil {
            if sources > 0 { throw ValidationError("--messages is the whole conversation; leave other prompts out") }
        } else if sources == 0 {
            throw ValidationError("there is no prompt; give --prompt, --prompt-file, --template or --input-ids")
        }
        if chat.isWanted && inputIds != nil { throw ValidationError("--chat takes text; leave --input-ids out") }
        if sources > 1 {
            throw ValidationError("give only one of --prompt, --prompt-file, --template and --input-ids")
        }
        if templated.template != nil {
            if truncate { throw ValidationError("a template's prompt is made to fit; leave --truncate out") }
            if chat.system != nil {
                throw ValidationError("the template's instruction is what the model is told; leave --system out")
            }
        }
        if stream && json { throw ValidationError("--stream and --json exclude each other; leave one out") }
        if stream && prompt.count > 1 { throw ValidationError("--stream takes one prompt; leave it out for a batch") }
    }

    func run() async throws {
        let clock = ContinuousClock()
        let engine = try model.engine()
        let input = try promptFile.map { path throws(UserError) in [try Terminal.readText(path)] } ?? prompt
        let directory = try await model.directory()
        let start = clock.now
        let generator = try load(directory, engine: engine)
        let loadSeconds = (clock.now - start).seconds
        var config = try generation.applied(to: generator.config, seedCounts: templated.drawsShots)
        let built = try await builtPrompt(directory, generator, &config)
        var prompts =
            try built?.tokenIDs.map { [$0] } ?? inputIds.map { [$0.ids] } ?? prompts(input, directory, generator)
        if truncate, let limit = config.contextLength ?? generator.model.contextLength {
            let isCausal = generator.model is any CausalLanguageModel
            prompts = prompts.map { Self.truncated($0, to: limit, isCausal: isCausal, isText: inputIds == nil) }
        }
        let isStreaming =
            !json && prompts.count == 1 && generator.tokenizer != nil && (stream || Terminal.outputIsTerminal)
        let (completions, statistics) = try generator.complete(tokens: prompts, config: config) { event in
            if isStreaming { Terminal.output(event.text) }
        }
        if json {
            return try Terminal.json(
                Report(completions, statistics, loadSeconds: loadSeconds, notes: built?.notes))
        }
        let texts = completions.map { generator.tokenizer == nil ? TokenList(ids: $0.tokenIDs).description : $0.text }
        Terminal.output(isStreaming ? "\n" : texts.map { $0 + "\n" }.joined())
    }

    /// The prompt of a template, nil where none is given; the texts that end its answers end generation too.
    private func builtPrompt(
        _ directory: URL, _ generator: TextGenerator, _ config: inout GenerationConfig
    ) async throws -> BuiltPrompt? {
        guard templated.template != nil else { return nil }
        var (builder, query) = try await templated.prepare(seed: generation.seed ?? 0)
        builder.budget = try PromptBudget(generator, config: config)
        if chat.isWanted { builder.chat = try chat.template(directory) }
        let built = try builder.build(query)
        if !chat.isWanted { config.stopSequences += built.stopSequences }
        if !json { built.notes.warn() }
        return built
    }

    /// The ids of the prompts, which with --chat are what users say.
    private func prompts(_ input: [String], _ directory: URL, _ generator: TextGenerator) throws -> [[Int]] {
        guard chat.isWanted else { return try input.map(generator.encode) }
        let tokenizer = try generator.requireTokenizer()
        // The template writes the special tokens.
        return try chat.render(input, directory: directory).map { tokenizer.encode(text: $0, addSpecialTokens: false) }
    }

    /// Ids alone need no tokenizer; a directory without one still generates.
    private func load(_ directory: URL, engine: Engine) throws -> TextGenerator {
        let idle = [("--stop", !generation.stop.isEmpty), ("--stream", stream)]
        return try Self.generator(
            directory, type: model.dtype, engine: engine, registry: adapter.registry,
            idleWithoutTokenizer: inputIds == nil ? nil : idle)
    }

    /// Loads a directory's model; its tokenizer may be missing if `idleWithoutTokenizer`, the flags that would then have no
    /// effect, is not nil and none of them was given.
    static func generator(
        _ directory: URL, type: WeightType, engine: Engine, registry: ModelRegistry = .standard,
        idleWithoutTokenizer flags: [(flag: String, isGiven: Bool)]?
    ) throws -> TextGenerator {
        guard let flags else {
            return try .from(directory: directory, type: type, engine: engine, registry: registry)
        }
        let tokenizer = try Self.tokenizer(of: directory)
        if tokenizer == nil, let (flag, _) = flags.first(where: \.isGiven) {
            throw UserError.usage(
                "\(flag) needs text, and \(directory.path) has no tokenizer (tokenizer.json or spiece.model); "
                    + "add one, or leave \(flag) out")
        }
        return TextGenerator(
            model: try AutoModelForGeneration.from(
                directory: directory, type: type, engine: engine, registry: registry),
            tokenizer: tokenizer, config: try GenerationConfig(directory: directory))
    }

    /// - Throws: ``TokenizerError`` for one that is there and cannot be used.
    private static func tokenizer(of directory: URL) throws -> (any Tokenizer)? {
        do {
            return try AutoTokenizer.from(directory: directory)
        } catch {
            if case .noTokenizerFiles = error { return nil }
            throw error
        }
    }

    /// Of what a decoder-only model is to continue, the end remains; of what an encoder reads, the beginning, and a text's
    /// last token, which ends it for the model.
    private static func truncated(_ tokens: [Int], to limit: Int, isCausal: Bool, isText: Bool) -> [Int] {
        guard tokens.count > limit, let last = tokens.last else { return tokens }
        if isCausal { return tokens.suffix(limit) }
        return isText ? Array(tokens.prefix(limit - 1)) + [last] : Array(tokens.prefix(limit))
    }

    private struct Report: Encodable {
        struct Text: Encodable {
            let text: String
            let tokenIds: [Int]
            let finishReason: FinishReason
        }
        struct Timings: Encodable {
            let loadSeconds: Double
            let prefillSeconds: Double
            let decodeSeconds: Double
            let decodeTokensPerSecond: Double
        }
        let promptTokens: Int
        let completions: [Text]
        let timings: Timings
        let peakMemoryBytes: Int
        let notes: [NoteReport]?

        init(
            _ completions: [Completion], _ statistics: GenerationStatistics, loadSeconds: Double, notes: [PromptNote]?
        ) {
            self.notes = notes?.map { NoteReport($0) }
            promptTokens = statistics.promptTokens
            self.completions = completions.map {
                Text(text: $0.text, tokenIds: $0.tokenIDs, finishReason: $0.finishReason)
            }
            timings = Timings(
                loadSeconds: loadSeconds, prefillSeconds: statistics.prefillSeconds,
                decodeSeconds: statistics.decodeSeconds, decodeTokensPerSecond: statistics.decodeTokensPerSecond)
            peakMemoryBytes = Terminal.peakMemoryBytes
        }
    }
}
