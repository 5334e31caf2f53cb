/// What is put around the ids of a text: the stage after the model.
///
/// A new kind is a value in a file of its own and one line in ``PostProcessorReader``.
protocol PostProcessor: Sendable {
    /// The parts of the final sequence for one text, or two.
    func template(isPair: Bool) -> [TemplatePiece]

    /// How the places of tokens are trimmed, if they are.
    var offsetTrimming: OffsetTrimming? { get }
}

extension PostProcessor {
    var offsetTrimming: OffsetTrimming? { nil }
}

extension PostProcessor {
    /// How many special tokens there are in the final sequence.
    func addedCount(isPair: Bool) -> Int {
        template(isPair: isPair).reduce(0) { count, piece in
            if case .special(let ids, _, _) = piece { count + ids.count } else { count }
        }
    }
}

/// A part of a sequence that is about to be put together.
enum TemplatePiece: Sendable, Equatable {
    /// The ids of the first (0) or second (1) text.
    case text(Int, typeID: Int)
    /// Special tokens.
    case special(ids: [Int], tokens: [String], typeID: Int)
}

/// A fixed order of texts and special tokens.
struct TemplateProcessing: PostProcessor {
    let single: [TemplatePiece]
    let pair: [TemplatePiece]

    /// Nothing but the texts.
    static let plain = TemplateProcessing(
        single: [.text(0, typeID: 0)], pair: [.text(0, typeID: 0), .text(1, typeID: 1)])

    func template(isPair: Bool) -> [TemplatePiece] { isPair ? pair : single }

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

/// Builds post-processors from `tokenizer.json`.
enum PostProcessorReader {
    /// The post-processor that a `post_processor` object describes, or one that adds nothing for `null`.
    static func read(_ value: JSONField) throws(TokenizerError) -> any PostProcessor {
        guard !value.isNullOrMissing else { return TemplateProcessing.plain }
        let type = try value["type"].string()
        switch type {
        case "TemplateProcessing": return try TemplateProcessing.read(value)
        case "BertProcessing": return try TemplateProcessing.readBert(value)
        case "Sequence": return try SequenceProcessing.read(value)
        case "ByteLevel": return try ByteLevelProcessing.read(value)
        case "RobertaProcessing": return try RobertaProcessing.read(value)
        default: throw value.unsupported("post-processor", type)
        }
    }
}
