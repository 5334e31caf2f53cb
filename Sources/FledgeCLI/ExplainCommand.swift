import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Look inside one generation: tokens, candidates, attention.",
        discussion: """
            Generates as 'fledge generate' does with the same flags, and shows the \
            prompt's tokens, at each step the likeliest tokens before and after \
            temperature, top-k and top-p, and whom the tokens attend to. --html writes \
            all of it as one page that needs no network.

              fledge explain --model ./my-model --prompt "Once" --max-new-tokens 8
              fledge explain --model ./my-model --prompt "Once" --do-sample \\
                --temperature 0.8 --top-p 0.9 --html once.html
              fledge explain --model bert-base-uncased --prompt "A [MASK] day."

            Of a masked language model it shows what belongs in the masked places, of \
            other encoders their attention.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("The prompt.", valueName: "text"))
    var prompt: String?

    @Option(help: ArgumentHelp("A file that holds the prompt; - for standard input.", valueName: "file"))
    var promptFile: String?

    @Option(
        help: ArgumentHelp("The prompt as token ids, used as they are: 1,2,3.", valueName: "ids"),
        transform: TokenList.init(parsing:))
    var inputIds: TokenList?

    @OptionGroup var generation: GenerationOptions

    @Option(help: ArgumentHelp("Candidates of each step, before the processors and after them.", valueName: "count"))
    var top = 8

    @Option(
        help: ArgumentHelp("The layers whose attention is kept, from 0: 0,5,11 (default: all).", valueName: "layers"),
        transform: TokenList.init(parsing:))
    var attentionLayers: TokenList?

    @Flag(help: "Leave attention out.")
    var noAttention = false

    @Option(help: ArgumentHelp("Write a page to this file; an old one is replaced.", valueName: "file"))
    var html: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let sources = [prompt != nil, promptFile != nil, inputIds != nil].filter { $0 }.count
        if sources != 1 { throw ValidationError("give one of --prompt, --prompt-file and --input-ids") }
        if top < 1 { throw ValidationError("--top is \(top); it must be at least 1") }
        if noAttention && attentionLayers != nil {
            throw ValidationError("--attention-layers and --no-attention exclude each other; leave one out")
        }
    }

    func run() async throws {
        let engine = try model.engine()
        let text = try promptFile.map { path throws(UserError) in try Terminal.readText(path) } ?? prompt
        if let html { try PageFile.check(html) }
        let directory = try await model.directory()
        let explanation = try explanation(directory, text: text, engine: engine)
        if let html { try PageFile.write(try explanation.html(modelName: model.model), to: html) }
        if json { return try Terminal.json(explanation) }
        Terminal.output(ExplanationView(explanation, isColored: Terminal.outputIsColored).text)
        if let html { Terminal.output("\nThe page is in \(html).\n") }
    }

    private func explanation(_ directory: URL, text: String?, engine: Engine) throws -> Explanation {
        var options = ExplanationOptions()
        options.candidates = top
        options.wantsAttention = !noAttention
        options.attentionLayers = attentionLayers.map { Set($0.ids) }
        let config = try ModelConfig.read(directory: directory).0
        let family = ModelRegistry.standard.families[config.modelType]
        let isMasked = ModelKind(config) == .maskedLM
        if isMasked || (family != nil && family?.causalLM == nil && family?.seq2SeqLM == nil) {
            return try encoding(directory, text: text, isMasked: isMasked, options: options, engine: engine)
        }
        let generator = try GenerateCommand.generator(
            directory, type: model.dtype, engine: engine, idleWithoutTokenizer: inputIds == nil ? nil : idle)
        let tokens = try inputIds?.ids ?? generator.encode(text ?? "")
        return try generator.explain(
            tokens: tokens, config: try generation.applied(to: generator.config), options: options)
    }

    /// An encoder reads a text; where it was trained to fill in masks, it does so.
    private func encoding(
        _ directory: URL, text: String?, isMasked: Bool, options: ExplanationOptions, engine: Engine
    ) throws -> Explanation {
        if let flag = generation.firstGiven {
            throw UserError.usage("\(flag) goes with a model that generates text; leave it out for this one")
        }
        guard let text else { throw UserError.usage("an encoder takes text; give --prompt instead of --input-ids") }
        if isMasked {
            let filler = try MaskFiller.from(directory: directory, type: model.dtype, engine: engine)
            return try filler.explain(text, options: options)
        }
        let backbone = try AutoModel.from(directory: directory, type: model.dtype, engine: engine)
        guard let encoder = backbone.attentionMapping as? EncoderTransformer else {
            throw UserError.usage("this model neither generates text nor is an encoder; explain has nothing to show")
        }
        return try encoder.explain(text, tokenizer: try AutoTokenizer.from(directory: directory), options: options)
    }

    /// Flags that need text.
    private var idle: [(flag: String, isGiven: Bool)] { [("--stop", !generation.stop.isEmpty)] }
}
