/// What is put around the ids of a text: the stage after the model.
///
/// A new kind is a value in a file of its own and one line in ``PostProcessorReader``.
protocol PostProcessor: Sendable {
    /// Puts special tokens around parts: at first each is a text, and after a step whatever it made.
    ///
    /// - Returns: the new parts, or nil if this step cannot take so many.
    func process(_ parts: [[TemplatePiece]], addSpecialTokens: Bool) -> [[TemplatePiece]]?

    /// How many special tokens count as added when texts are cut to a length.
    func addedCount(isPair: Bool) -> Int

    /// How the places of tokens are trimmed, if they are.
    var offsetTrimming: OffsetTrimming? { get }
}

extension PostProcessor {
    var offsetTrimming: OffsetTrimming? { nil }

    /// The parts of the final sequence for one text, or two; nil if the steps do not fit one another.
    func template(isPair: Bool, addSpecialTokens: Bool) -> [TemplatePiece]? {
        let texts = (isPair ? [0, 1] : [0]).map { [TemplatePiece.text($0, typeID: $0)] }
        return process(texts, addSpecialTokens: addSpecialTokens).map { Array($0.joined()) }
    }

    func addedCount(isPair: Bool) -> Int {
        (template(isPair: isPair, addSpecialTokens: true) ?? []).reduce(0) { count, piece in
            if case .special(let ids, _, _, _) = piece { count + ids.count } else { count }
        }
    }
}

/// A part of a sequence that is about to be put together.
enum TemplatePiece: Sendable, Equatable {
    /// The ids of the first (0) or second (1) text.
    case text(Int, typeID: Int)
    /// Tokens that are added. A later step can take special ones for tokens of the text.
    case special(ids: [Int], tokens: [String], typeID: Int, isMarked: Bool = true)

    /// The piece in another segment.
    func with(typeID: Int) -> TemplatePiece {
        switch self {
        case .text(let index, _): .text(index, typeID: typeID)
        case .special(let ids, let tokens, _, let isMarked):
            .special(ids: ids, tokens: tokens, typeID: typeID, isMarked: isMarked)
        }
    }

    /// The piece without the mark of special tokens.
    var asText: TemplatePiece {
        guard case .special(let ids, let tokens, let typeID, _) = self else { return self }
        return .special(ids: ids, tokens: tokens, typeID: typeID, isMarked: false)
    }

    /// Reads an array of a token and its id.
    static func token(_ value: JSONField) throws(TokenizerError) -> (token: String, id: Int) {
        let parts = try value.array()
        guard parts.count == 2 else { throw value.damaged("it should be an array of a token and its id") }
        return (try parts[0].string(), try parts[1].index())
    }
}

/// What is put around one text and around two, made once.
struct TemplateSet: Sendable {
    private let plain: [[TemplatePiece]]
    private let full: [[TemplatePiece]]

    init(_ processor: any PostProcessor) {
        func all(_ addSpecialTokens: Bool) -> [[TemplatePiece]] {
            [false, true].map { processor.template(isPair: $0, addSpecialTokens: addSpecialTokens) ?? [] }
        }
        (plain, full) = (all(false), all(true))
    }

    func template(isPair: Bool, addSpecialTokens: Bool) -> [TemplatePiece] {
        (addSpecialTokens ? full : plain)[isPair ? 1 : 0]
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
        case "BertProcessing": return try BertProcessing.read(value)
        case "Sequence": return try SequenceProcessing.read(value)
        case "ByteLevel": return try ByteLevelProcessing.read(value)
        case "RobertaProcessing": return try RobertaProcessing.read(value)
        default: throw value.unsupported("post-processor", type)
        }
    }
}
