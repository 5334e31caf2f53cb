/// Reads `tokenizer.json`, the format of Hugging Face `tokenizers`.
enum TokenizerJSON {
    /// Builds the tokenizer that a file describes.
    ///
    /// The stages are the file's, as `Tokenizer.from_file` of `tokenizers` reads it. What a class of transformers makes
    /// of them from `tokenizer_config.json` (`legacy`, `add_prefix_space`, `trim_offsets`, `add_bos_token`,
    /// `add_eos_token`) is not done. Only tokens of `added_tokens_decoder` that the file lacks are added to its own.
    static func read(_ document: JSONDocument, configuration: TokenizerConfiguration) throws(TokenizerError)
        -> PipelineTokenizer
    {
        let root = JSONField(root: document)
        guard document.root.members != nil else { throw root.damaged("it should be an object") }
        if !root["version"].isNullOrMissing, try root["version"].string() != "1.0" {
            throw root.unsupported("format version", try root["version"].string())
        }
        var added: [AddedToken] = []
        if !root["added_tokens"].isNullOrMissing {
            for token in try root["added_tokens"].array() { added.append(try .read(token)) }
        }
        guard added.reduce(0, { $0 + $1.content.utf8.count }) <= VocabularyLimits.totalLength else {
            throw root["added_tokens"].damaged("they are longer than \(VocabularyLimits.totalLength) bytes together")
        }
        let known = Set(added.map(\.content))
        added += configuration.addedTokens.filter { !known.contains($0.content) }
        var tokenizer = PipelineTokenizer(
            added: added,
            normalizer: try NormalizerReader.read(root["normalizer"]),
            preTokenizer: try PreTokenizerReader.read(root["pre_tokenizer"]),
            model: try readModel(root["model"]),
            postProcessor: try PostProcessorReader.read(root["post_processor"]),
            decoders: try DecoderReader.read(root["decoder"]),
            configuration: configuration)
        tokenizer.truncation = try TruncationOptions.read(root["truncation"])
        tokenizer.padding = try PaddingOptions.read(root["padding"])
        return tokenizer
    }

    private static func readModel(_ value: JSONField) throws(TokenizerError) -> any TokenizationModel {
        let type = value["type"].isNullOrMissing ? impliedType(of: value) : try value["type"].string()
        switch type {
        case "Unigram": return try UnigramReader.read(value)
        case "WordPiece": return try WordPieceModel.read(value)
        case "WordLevel": return try WordLevelModel.read(value)
        case "BPE": return try BPEReader.read(value)
        default: throw value.unsupported("model", type)
        }
    }

    /// Older files do not name the model's type. A list of pieces with scores is a unigram model's, and merges are
    /// those of byte-pair encoding; of the others only WordPiece limits the length of words.
    private static func impliedType(of model: JSONField) -> String {
        if model["vocab"].value?.elements != nil { return "Unigram" }
        if !model["merges"].isNullOrMissing { return "BPE" }
        guard !model["vocab"].isNullOrMissing else { return "without a type" }
        if !model["max_input_chars_per_word"].isNullOrMissing { return "WordPiece" }
        return model["unk_token"].isNullOrMissing ? "without a type" : "WordLevel"
    }
}

/// Reads the `model` object of a unigram `tokenizer.json`.
enum UnigramReader {
    static func read(_ value: JSONField) throws(TokenizerError) -> UnigramModel {
        guard let vocabulary = value["vocab"].value, vocabulary.elements != nil else {
            throw value["vocab"].damaged("it should be an array of pieces with their scores")
        }
        var pieces = ScoredPieces(capacity: (Int(vocabulary.node.next) - vocabulary.index) / 3)
        guard pieces.append(all: vocabulary) else {
            let entry = pieces.table.count
            throw value["vocab"].damaged("entry \(entry) should be an array of a piece and a finite score")
        }
        let table = pieces.table
        let scores = pieces.scores
        if let problem = VocabularyLimits.problem(of: table) { throw value["vocab"].damaged(problem) }
        guard !value["unk_id"].isNullOrMissing else {
            throw value["unk_id"].damaged("it is missing, so characters that no piece has cannot be encoded")
        }
        let unknownID = try value["unk_id"].index()
        guard unknownID < table.count else {
            throw value["unk_id"].damaged("it is \(unknownID), and there are only \(table.count) pieces")
        }
        let (trie, duplicate) = PieceTrie.build(table)
        if let duplicate {
            let piece = String(decoding: table.bytes[table.range(duplicate)], as: UTF8.self)
            throw value["vocab"].damaged("entry \(duplicate), “\(piece)”, is there twice")
        }
        return UnigramModel(
            table: table, trie: trie, scores: scores, lowestScore: scores.reduce(.infinity) { min($0, $1) },
            unknownID: unknownID, byteFallback: try value["byte_fallback"].bool(default: false))
    }
}

/// The vocabulary of a unigram model, read without looking at the document's values one by one.
private struct ScoredPieces {
    var table: PieceTable
    var scores: [Double] = []

    init(capacity: Int) {
        table = PieceTable(capacity: capacity)
        scores.reserveCapacity(capacity)
    }

    /// Appends every `["piece", score]` of an array; false at the first element that is something else.
    mutating func append(all vocabulary: JSONValue) -> Bool {
        let document = vocabulary.document
        let end = Int(vocabulary.node.next)
        return document.nodes.withUnsafeBufferPointer { nodes in
            document.bytes.withUnsafeBufferPointer { bytes in
                var index = vocabulary.index + 1
                while index < end {
                    let isEntry = nodes[index].kind == .array && Int(nodes[index].next) == index + 3
                    guard isEntry, append(piece: nodes[index + 1], score: nodes[index + 2], bytes) else { return false }
                    index += 3
                }
                return true
            }
        }
    }

    private mutating func append(piece: JSONNode, score: JSONNode, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard score.kind == .number else { return false }
        let number = JSONNumber.parse(UnsafeBufferPointer(rebasing: bytes[Int(score.start)..<Int(score.end)]))
        guard number.isFinite else { return false }
        let text = UnsafeBufferPointer(rebasing: bytes[Int(piece.start)..<Int(piece.end)])
        switch piece.kind {
        case .string: table.append(text)
        case .escapedString: table.append(JSONEscape.decode(text))
        default: return false
        }
        scores.append(number)
        return true
    }
}
