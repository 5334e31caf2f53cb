/// Several post-processors, one after the other, of which at most one puts something around the texts.
struct SequenceProcessing: PostProcessor {
    let steps: [any PostProcessor]

    func template(isPair: Bool) -> [TemplatePiece] {
        let templates = steps.map { $0.template(isPair: isPair) }
        let plain = TemplateProcessing.plain.template(isPair: isPair)
        return templates.last { $0 != plain } ?? plain
    }

    var offsetTrimming: OffsetTrimming? { steps.lazy.compactMap(\.offsetTrimming).first }

    static func read(_ value: JSONField) throws(TokenizerError) -> SequenceProcessing {
        var steps: [any PostProcessor] = []
        for step in try value["processors"].array() { steps.append(try PostProcessorReader.read(step)) }
        guard steps.count(where: { $0.addedCount(isPair: false) > 0 || $0.addedCount(isPair: true) > 0 }) < 2 else {
            throw value.unsupported("post-processor", "Sequence of several that add tokens")
        }
        return SequenceProcessing(steps: steps)
    }
}
