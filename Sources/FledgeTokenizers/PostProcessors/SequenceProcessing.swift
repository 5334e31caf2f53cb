/// Several post-processors, one after the other, each around the parts that the one before it made.
struct SequenceProcessing: PostProcessor {
    let steps: [any PostProcessor]

    func process(_ parts: [[TemplatePiece]], addSpecialTokens: Bool) -> [[TemplatePiece]]? {
        var parts = parts
        for step in steps {
            guard let next = step.process(parts, addSpecialTokens: addSpecialTokens) else { return nil }
            parts = next
        }
        return parts
    }

    /// What each step would add by itself, as `tokenizers` counts.
    func addedCount(isPair: Bool) -> Int { steps.reduce(0) { $0 + $1.addedCount(isPair: isPair) } }

    var offsetTrimming: OffsetTrimming? { steps.lazy.compactMap(\.offsetTrimming).first }

    static func read(_ value: JSONField) throws(TokenizerError) -> SequenceProcessing {
        var steps: [any PostProcessor] = []
        for step in try value["processors"].array() { steps.append(try PostProcessorReader.read(step)) }
        let sequence = SequenceProcessing(steps: steps)
        // `tokenizers` stops at a template that is given more than two parts, such as those of another template.
        for isPair in [false, true] where sequence.template(isPair: isPair, addSpecialTokens: true) == nil {
            throw value.unsupported("post-processor", "Sequence with a template for more than two parts")
        }
        return sequence
    }
}
