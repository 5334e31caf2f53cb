import ArgumentParser
import Fledge

/// The generation flags, named like the fields of `generation_config.json`; what is not given is the model's own.
struct GenerationOptions: ParsableArguments {
    @Option(help: "The largest number of tokens to generate (default: the model's own, else 128).")
    var maxNewTokens: Int?

    @Option(help: "No end before this many tokens.")
    var minNewTokens: Int?

    @Flag(inversion: .prefixedNo, help: "Draw tokens at random instead of taking the likeliest (default: the model's own, else greedy).")
    var doSample: Bool?

    @Option(help: "Sampling: below 1 sharpens the distribution, above 1 flattens it.")
    var temperature: Float?

    @Option(help: "Sampling: only among this many likeliest tokens; 0 for all (default: 50).")
    var topK: Int?

    @Option(help: "Sampling: only among the fewest likeliest tokens that together have this probability.")
    var topP: Float?

    @Option(help: "Sampling: the same seed gives the same text (default: 0).")
    var seed: UInt64?

    @Option(help: "Above 1: tokens that were generated already become less likely.")
    var repetitionPenalty: Float?

    @Option(help: "A text that ends the generation and is not part of it; may be given several times.")
    var stop: [String] = []

    @Option(help: "Accept prompts of up to this many tokens, whatever the model was trained with.")
    var contextLength: Int?

    /// The model's settings with the flags' changes.
    ///
    /// - Throws: ``GenerationError/badConfig(_:)``; `ValidationError` for a flag that would have no effect.
    func applied(to base: GenerationConfig) throws -> GenerationConfig {
        var config = base
        if let maxNewTokens { config.maxNewTokens = maxNewTokens }
        if let minNewTokens { config.minNewTokens = minNewTokens }
        if let doSample { config.doSample = doSample }
        if let temperature { config.temperature = temperature }
        if let topK { config.topK = topK }
        if let topP { config.topP = topP }
        if let seed { config.seed = seed }
        if let repetitionPenalty { config.repetitionPenalty = repetitionPenalty }
        if let contextLength {
            guard contextLength > 0 else { throw ValidationError("--context-length must be at least 1") }
            config.contextLength = contextLength
        }
        config.stopSequences = stop
        if !config.doSample {
            let idle = [("--temperature", temperature != nil), ("--top-k", topK != nil), ("--top-p", topP != nil)]
            if let (flag, _) = idle.first(where: \.1) {
                throw ValidationError("\(flag) has an effect only when sampling; add --do-sample")
            }
            if seed != nil { throw ValidationError("--seed has an effect only when sampling; add --do-sample") }
            // What the model recommends for sampling does not matter here.
            (config.temperature, config.topK, config.topP) = (1, 50, 1)
        }
        if let complaint = config.complaint { throw GenerationError.badConfig(complaint) }
        return config
    }
}
