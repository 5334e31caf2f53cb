import ArgumentParser
import Fledge

/// The generation flags, named like the fields of `generation_config.json`; what is not given is the model's own.
struct GenerationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The largest number of tokens to generate (default: the model's own, else 128).",
            valueName: "count"))
    var maxNewTokens: Int?

    @Option(help: ArgumentHelp("No end before this many tokens.", valueName: "count"))
    var minNewTokens: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Draw tokens at random instead of taking the likeliest (default: the model's own, else greedy).")
    var doSample: Bool?

    @Option(
        help: ArgumentHelp(
            "Sampling: below 1 sharpens the distribution, above 1 flattens it.",
            valueName: "factor"))
    var temperature: Float?

    @Option(
        help: ArgumentHelp(
            "Sampling: only among this many likeliest tokens; 0 for all (default: 50).",
            valueName: "count"))
    var topK: Int?

    @Option(
        help: ArgumentHelp(
            "Sampling: only among the fewest likeliest tokens that together have this probability.",
            valueName: "probability"))
    var topP: Float?

    @Option(help: ArgumentHelp("Sampling: the same seed gives the same text (default: 0).", valueName: "number"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Above 1: tokens that were generated already become less likely.", valueName: "factor"))
    var repetitionPenalty: Float?

    @Option(help: ArgumentHelp("No sequence of so many tokens twice; 0 for no such rule.", valueName: "count"))
    var noRepeatNgramSize: Int?

    @Option(
        help: ArgumentHelp(
            "Sampling: continuations of each prompt, which is read once for all of them (default: 1).",
            valueName: "count"))
    var numReturnSequences: Int?

    @Option(help: ArgumentHelp("Read prompts in passes of at most this many tokens.", valueName: "count"))
    var prefillChunk: Int?

    @Option(
        help: ArgumentHelp(
            "A text that ends the generation and is not part of it; may be given several times.",
            valueName: "text"))
    var stop: [String] = []

    @Option(
        help: ArgumentHelp(
            "Tokens that the context holds, whatever the model was trained with.",
            valueName: "count"))
    var contextLength: Int?

    func validate() throws {
        if let contextLength, contextLength < 1 {
            throw ValidationError("--context-length is \(contextLength); it must be at least 1")
        }
    }

    /// The first flag that was given, for commands that can have no use for any.
    var firstGiven: String? { firstGivenBesideSeed ?? (seed != nil ? "--seed" : nil) }

    /// The first flag but `--seed` that was given, for commands in which a seed has other uses too.
    var firstGivenBesideSeed: String? {
        let flags = [
            ("--max-new-tokens", maxNewTokens != nil), ("--min-new-tokens", minNewTokens != nil),
            ("--do-sample", doSample != nil), ("--temperature", temperature != nil), ("--top-k", topK != nil),
            ("--top-p", topP != nil), ("--repetition-penalty", repetitionPenalty != nil),
            ("--no-repeat-ngram-size", noRepeatNgramSize != nil),
            ("--num-return-sequences", numReturnSequences != nil), ("--prefill-chunk", prefillChunk != nil),
            ("--stop", !stop.isEmpty), ("--context-length", contextLength != nil),
        ]
        return flags.first(where: \.1)?.0
    }

    /// The model's settings with the flags' changes.
    ///
    /// - Parameters:
    ///   - base: the model's settings.
    ///   - seedCounts: whether the seed has an effect without sampling too.
    /// - Returns: the settings.
    /// - Throws: ``GenerationError/badConfig(_:)``; ``UserError`` for a flag that would have no effect.
    func applied(to base: GenerationConfig, seedCounts: Bool = false) throws -> GenerationConfig {
        var config = base
        if let maxNewTokens { config.maxNewTokens = maxNewTokens }
        if let minNewTokens { config.minNewTokens = minNewTokens }
        if let doSample { config.doSample = doSample }
        if let temperature { config.temperature = temperature }
        if let topK { config.topK = topK }
        if let topP { config.topP = topP }
        if let seed { config.seed = seed }
        if let repetitionPenalty { config.repetitionPenalty = repetitionPenalty }
        if let noRepeatNgramSize { config.noRepeatNgramSize = noRepeatNgramSize }
        if let numReturnSequences { config.numReturnSequences = numReturnSequences }
        if let prefillChunk { config.prefillChunk = prefillChunk }
        if let contextLength { config.contextLength = contextLength }
        config.stopSequences = stop
        if !config.doSample {
            let sampling = [
                ("--temperature", temperature != nil), ("--top-k", topK != nil), ("--top-p", topP != nil),
                ("--seed", seed != nil && !seedCounts), ("--num-return-sequences", (numReturnSequences ?? 1) > 1),
            ]
            if let (flag, _) = sampling.first(where: \.1) {
                throw UserError.usage("\(flag) has an effect only when sampling; add --do-sample, or leave it out")
            }
        }
        if let complaint = config.complaint { throw GenerationError.badConfig(complaint) }
        return config
    }
}
