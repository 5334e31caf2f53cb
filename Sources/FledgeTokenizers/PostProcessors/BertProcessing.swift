/// What BERT expects: `[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` with the second text as segment 1.
struct BertProcessing: PostProcessor {
    private let cls: TemplatePiece
    private let firstEnd: TemplatePiece
    private let secondEnd: TemplatePiece

    /// Puts these special tokens around texts.
    init(cls: (token: String, id: Int), sep: (token: String, id: Int)) {
        self.cls = .special(ids: [cls.id], tokens: [cls.token], typeID: 0)
        firstEnd = .special(ids: [sep.id], tokens: [sep.token], typeID: 0)
        secondEnd = .special(ids: [sep.id], tokens: [sep.token], typeID: 1)
    }

    /// Reads a `BertProcessing`, where each special token is an array of its text and its id.
    static func read(_ value: JSONField) throws(TokenizerError) -> BertProcessing {
        BertProcessing(cls: try TemplatePiece.token(value["cls"]), sep: try TemplatePiece.token(value["sep"]))
    }

    func process(_ parts: [[TemplatePiece]], addSpecialTokens: Bool) -> [[TemplatePiece]]? {
        guard addSpecialTokens else { return parts }
        return parts.enumerated().map { index, part in
            let inner = part.map(\.asText)
            return index == 0 ? [cls] + inner + [firstEnd] : inner + [secondEnd]
        }
    }
}
