/// A fixed order of texts and special tokens.
struct TemplateProcessing: PostProcessor {
    let single: [TemplatePiece]
    let pair: [TemplatePiece]

    /// Nothing but the texts.
    static let plain = TemplateProcessing(
        single: [.text(0, typeID: 0)], pair: [.text(0, typeID: 0), .text(1, typeID: 1)])

    func process(_ parts: [[TemplatePiece]], addSpecialTokens: Bool) -> [[TemplatePiece]]? {
        guard parts.count == 1 || parts.count == 2 else { return nil }
        return (parts.count == 1 ? single : pair).compactMap { piece in
            switch piece {
            case .text(let index, let typeID): parts[index].map { $0.with(typeID: typeID) }
            case .special: addSpecialTokens ? [piece] : nil
            }
        }
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> TemplateProcessing {
        var specials: [String: (ids: [Int], tokens: [String])] = [:]
        for (name, special) in try value["special_tokens"].object() {
            var ids: [Int] = []
            for id in try special["ids"].array() { ids.append(try id.index()) }
            var tokens: [String] = []
            for token in try special["tokens"].array() { tokens.append(try token.string()) }
            guard ids.count == tokens.count else {
                throw special.damaged("it has \(ids.count) ids and \(tokens.count) tokens")
            }
            specials[name] = (ids, tokens)
        }
        return TemplateProcessing(
            single: try readPieces(value["single"], specials, texts: 1),
            pair: try readPieces(value["pair"], specials, texts: 2))
    }

    private static func readPieces(
        _ value: JSONField, _ specials: [String: (ids: [Int], tokens: [String])], texts: Int
    ) throws(TokenizerError) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        for piece in try value.array() {
            let sequence = piece["Sequence"]
            guard sequence.isNullOrMissing else {
                let name = try sequence["id"].string()
                guard let index = ["A", "B"].firstIndex(of: name), index < texts else {
                    throw sequence["id"].damaged("there is no text “\(name)” here")
                }
                pieces.append(.text(index, typeID: try sequence["type_id"].index()))
                continue
            }
            let special = piece["SpecialToken"]
            let name = try special["id"].string()
            guard let known = specials[name] else {
                throw special["id"].damaged("“\(name)” is not among the special_tokens")
            }
            pieces.append(.special(ids: known.ids, tokens: known.tokens, typeID: try special["type_id"].index()))
        }
        return pieces
    }
}
