/// BERT's template: `[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` with the second text as segment 1.
extension TemplateProcessing {
    /// Reads a `BertProcessing`, where each special token is an array of its text and its id.
    static func readBert(_ value: JSONField) throws(TokenizerError) -> TemplateProcessing {
        try bert(cls: token(value["cls"]), sep: token(value["sep"]))
    }

    /// The template with these special tokens.
    static func bert(cls: (token: String, id: Int), sep: (token: String, id: Int)) -> TemplateProcessing {
        let first = TemplatePiece.special(ids: [cls.id], tokens: [cls.token], typeID: 0)
        func end(_ typeID: Int) -> TemplatePiece { .special(ids: [sep.id], tokens: [sep.token], typeID: typeID) }
        return TemplateProcessing(
            single: [first, .text(0, typeID: 0), end(0)],
            pair: [first, .text(0, typeID: 0), end(0), .text(1, typeID: 1), end(1)])
    }

    private static func token(_ value: JSONField) throws(TokenizerError) -> (token: String, id: Int) {
        let parts = try value.array()
        guard parts.count == 2 else { throw value.damaged("it should be an array of a token and its id") }
        return (try parts[0].string(), try parts[1].index())
    }
}
