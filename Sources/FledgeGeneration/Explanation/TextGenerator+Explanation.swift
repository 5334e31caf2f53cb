import FledgeModels
import FledgeNN

extension TextGenerator {
    /// Generates for one prompt and keeps what there is to see on the way.
    ///
    /// The tokens are those that ``complete(_:config:)`` gives with the same settings.
    ///
    /// - Throws: ``GenerationError``, ``ModelError``, ``TokenizerError``.
    public func explain(
        _ prompt: String, config: GenerationConfig? = nil, options: ExplanationOptions = ExplanationOptions()
    ) throws -> Explanation {
        try explain(tokens: try encode(prompt), config: config, options: options)
    }

    /// The same for a prompt given as token ids.
    ///
    /// - Parameters:
    ///   - prompt: the ids as they are.
    ///   - config: the settings; nil for the generator's own.
    ///   - options: what to look at.
    /// - Returns: the tokens, the steps, and the attention of one pass over all that the model read.
    /// - Throws: ``GenerationError``, ``ModelError``, ``TokenizerError``.
    public func explain(
        tokens prompt: [Int], config: GenerationConfig? = nil, options: ExplanationOptions = ExplanationOptions()
    ) throws -> Explanation {
        let config = config ?? self.config
        let mapping = model as? any AttentionMapping
        if let complaint = options.complaint(layers: mapping?.layerCount) { throw GenerationError.badConfig(complaint) }
        if config.numReturnSequences != 1 {
            throw GenerationError.badConfig(
                "num_return_sequences is \(config.numReturnSequences); an explanation is of one sequence, so leave it "
                    + "at 1")
        }
        let reader = TokenReader(tokenizer)
        let isSeq2Seq = model is any Seq2SeqLanguageModel
        var read = model.continuedSequence(prompt: prompt, startToken: config.decoderStartTokenId)
        let recorder = StepRecorder()
        var run = try GenerationRun(
            self, prompts: [prompt], config: config, processors: recorder.recording(config.logitsProcessors))
        var steps: [ExplainedStep] = []
        while !run.isFinished {
            for event in try run.step() {
                guard let token = event.tokenID else { continue }
                steps.append(
                    ExplainedStep(
                        rows: recorder.rows, token: token, candidates: options.candidates,
                        position: read.count - 1 + steps.count, text: event.text, reader: reader))
            }
        }
        read += steps.dropLast().map(\.chosen.id)
        let completion = run.completions[0]
        var explanation = Explanation(
            architecture: isSeq2Seq ? .encoderDecoder : .decoderOnly, settings: ExplainedSettings(config),
            promptTokens: reader.tokens(prompt), decoderTokens: reader.tokens(read), steps: steps,
            text: completion.text, finishReason: completion.finishReason, attention: [])
        try explanation.addAttention(
            of: mapping, TokenSequence(isSeq2Seq ? prompt : read), decoderIDs: isSeq2Seq ? read : [], options: options)
        return explanation
    }
}

extension Explanation {
    /// Computes the maps that are wanted, unless there are too many numbers.
    ///
    /// - Throws: ``ModelError``.
    mutating func addAttention(
        of model: (any AttentionMapping)?, _ sequence: TokenSequence, decoderIDs: [Int], options: ExplanationOptions
    ) throws(ModelError) {
        guard options.wantsAttention else { return }
        guard let model else {
            attentionNote = "this model has no attention"
            return
        }
        let layers = options.attentionLayers
        let count = model.attentionCount(tokens: sequence.ids.count, decoderTokens: decoderIDs.count, layers: layers)
        guard count <= options.attentionLimit else {
            attentionNote =
                "the attention maps hold \(count) numbers, and at most \(options.attentionLimit) are kept; "
                + "choose some of the \(model.layerCount) layers, or generate fewer tokens"
            return
        }
        attention = try model.attentionMaps(of: sequence, decoderIDs: decoderIDs, layers: layers)
    }
}
