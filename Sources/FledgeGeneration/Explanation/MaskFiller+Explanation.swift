import FledgeModels
import FledgeNN
import FledgeTensor
import FledgeTokenizers

extension MaskFiller {
    /// Looks inside an encoder as it fills in the masked places of a text: a step for each place, from left to right. A
    /// text without one has no steps, only attention.
    ///
    /// - Throws: ``GenerationError`` for options that do not fit, ``TaskError``, ``ModelError``.
    public func explain(_ text: String, options: ExplanationOptions = ExplanationOptions()) throws -> Explanation {
        let mapping = model.backbone.attentionMapping
        if let complaint = options.complaint(layers: mapping?.layerCount) { throw GenerationError.badConfig(complaint) }
        let sequence = TokenSequence(tokenizer.encoding(of: text), for: model.backbone)
        if let limit = model.backbone.textLimit(tokenizer), sequence.ids.count > limit {
            throw TaskError.textTooLong(index: 0, tokens: sequence.ids.count, limit: limit)
        }
        let mask = tokenizer.convertTokenToId(maskToken)
        let reader = TokenReader(tokenizer)
        let places = sequence.ids.indices.filter { sequence.ids[$0] == mask }
        let logits = try model.logits([sequence], rows: places.isEmpty ? [0] : places)
        let steps = places.enumerated().map { row, place in
            let scores = logits[row].scalars
            return ExplainedStep(
                rows: [("model", scores)], token: Probabilities.largest(scores), candidates: options.candidates,
                position: place, text: "", reader: reader)
        }
        var filled = sequence.ids
        for step in steps { filled[step.position] = step.chosen.id }
        var explanation = Explanation(
            architecture: .encoderOnly, settings: nil,
            promptTokens: reader.tokens(sequence.ids), decoderTokens: [], steps: steps,
            text: try tokenizer.decode(tokens: filled, skipSpecialTokens: true), finishReason: nil, attention: [])
        try explanation.addAttention(of: mapping, sequence, decoderIDs: [], options: options)
        return explanation
    }
}
