/// A tokenizer that was just trained: its vocabulary, and what its files say.
public struct TrainedTokenizer: Sendable {
    /// How long a training took.
    public struct Timings: Sendable {
        /// Reading the corpus and counting its words.
        public var counting = Duration.zero
        /// Learning pieces.
        public var learning = Duration.zero
    }

    /// A token of the vocabulary.
    struct Piece: Sendable {
        var text: [UInt8]
        var type: SentencePieceFile.PieceType
        /// The logarithm of its probability, in a unigram model.
        var score: Float
    }

    /// The tokens, by id.
    private(set) var pieces: [Piece] = []
    /// The ids of what is merged, the first merge first.
    private(set) var merges: [(left: Int32, right: Int32)] = []
    /// What was asked for.
    let settings: TokenizerTrainer
    /// How long it took.
    public internal(set) var timings = Timings()

    init(_ settings: TokenizerTrainer) { self.settings = settings }

    /// What the tokenizer looks like.
    public var style: TokenizerStyle { settings.style }

    /// How many tokens there are.
    public var vocabularySize: Int { pieces.count }

    /// The texts of the tokens, by id.
    public var vocabulary: [String] { pieces.map { String(decoding: $0.text, as: UTF8.self) } }

    /// How many merges there are; none in unigram models.
    public var mergeCount: Int { merges.count }

    mutating func append(
        _ text: some Sequence<UInt8>, _ type: SentencePieceFile.PieceType, score: Float = 0
    ) {
        pieces.append(Piece(text: Array(text), type: type, score: score))
    }

    /// Takes over what was learned.
    ///
    /// SentencePiece merges any neighbours that make a piece together, not only the two that the piece was first made
    /// of. In its style the merges are therefore all such pairs, those of earlier pieces first.
    mutating func setMerges(_ learned: BPETrainer.Result) {
        guard style == .llama else {
            merges = style == .gpt2 ? learned.merges : []
            return
        }
        var ids: [ArraySlice<UInt8>: Int32] = [:]
        for (id, piece) in pieces.enumerated() where piece.type == .normal { ids[piece.text[...]] = Int32(id) }
        let first = learned.specialCount + learned.alphabetCount
        for id in first..<max(first, pieces.count) {
            let text = pieces[id].text
            var pairs: [(left: Int32, right: Int32)] = []
            for cut in text.indices.dropFirst() where text[cut] & 0xC0 != 0x80 {
                if let left = ids[text[..<cut]], let right = ids[text[cut...]] { pairs.append((left, right)) }
            }
            merges += pairs.sorted { ($0.left, $0.right) < ($1.left, $1.right) }
        }
    }

    /// The tokenizer, ready for use: what loading its files gives.
    ///
    /// - Throws: ``TokenizerError``, which would be a defect.
    public func tokenizer() throws(TokenizerError) -> any Tokenizer {
        let configuration = try TokenizerConfiguration.read(
            config: try JSONDocument(parsing: configurationJSON(), source: "tokenizer_config.json"),
            specialTokensMap: nil)
        return try AutoTokenizer.read(
            tokenizerJSON: tokenizerJSON(), named: "tokenizer.json", configuration: configuration)
    }
}
