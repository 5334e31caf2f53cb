public import FledgeModels
import FledgeNN
public import FledgeTokenizers

extension EncoderTransformer {
    /// Whom the tokens of a text attend to: an explanation without steps.
    ///
    /// - Throws: ``GenerationError`` for options that do not fit, ``TaskError``, ``ModelError``.
    public func explain(
        _ text: String, tokenizer: any Tokenizer, options: ExplanationOptions = ExplanationOptions()
    ) throws -> Explanation {
        if let complaint = options.complaint(layers: layerCount) { throw GenerationError.badConfig(complaint) }
        let sequence = TokenSequence(tokenizer.encoding(of: text), for: self)
        if let limit = textLimit(tokenizer), sequence.ids.count > limit {
            throw TaskError.textTooLong(index: 0, tokens: sequence.ids.count, limit: limit)
        }
        var explanation = Explanation(
            architecture: .encoderOnly, settings: nil, promptTokens: TokenReader(tokenizer).tokens(sequence.ids),
            decoderTokens: [], steps: [], text: "", finishReason: nil, attention: [])
        try explanation.addAttention(of: self, sequence, decoderIDs: [], options: options)
        return explanation
    }
}
