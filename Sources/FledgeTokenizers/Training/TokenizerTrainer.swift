/// Learns a tokenizer from texts.
///
/// ```swift
/// var corpus = TrainingCorpus()
/// corpus.append(file: "dialogues.jsonl", format: .jsonLines(field: "dialogue"))
/// let trained = try TokenizerTrainer(style: .t5, vocabularySize: 8000).train(on: corpus)
/// try trained.save(to: directory)
/// ```
///
/// The same corpus and settings give the same tokenizer, however many threads there are.
public struct TokenizerTrainer: Sendable {
    /// What the tokenizer looks like, and with it what is learned.
    public var style: TokenizerStyle
    /// How many tokens there shall be, special ones included; there are fewer if the corpus has no more to learn from.
    public var vocabularySize: Int
    /// Pairs that occur less often are not merged (byte-pair encoding and WordPiece).
    public var minimumFrequency = 2
    /// Special tokens besides those of the style.
    public var specialTokens: [String] = []
    /// Which share of all characters must have a piece of their own (unigram, and byte-pair encoding of characters).
    public var characterCoverage = 0.9995
    /// How many characters the alphabet may have, the most frequent ones; nil for all (WordPiece).
    public var alphabetLimit: Int?
    /// The longest piece, in characters; nil for no limit.
    public var longestPiece: Int?
    /// Whether characters without a piece become bytes (styles of SentencePiece).
    public var byteFallback: Bool
    /// Whether texts become lower case; in BERT's style they lose accents too.
    public var lowercases = false
    /// How many threads are used; no more than there are processors.
    public var threads = 1

    /// Settings as they are used if nothing else is asked for.
    public init(style: TokenizerStyle, vocabularySize: Int) {
        self.style = style
        self.vocabularySize = vocabularySize
        byteFallback = style == .llama
        alphabetLimit = style == .bert ? 1000 : nil
        longestPiece = style.isSentencePiece ? 16 : nil
    }

    /// Learns a tokenizer.
    ///
    /// - Parameters:
    ///   - corpus: the texts.
    ///   - progress: what is called as the training goes on.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerTrainingError`` for settings that make no tokenizer and for a corpus that cannot be read.
    public func train(
        on corpus: TrainingCorpus, progress: TrainingProgress.Handler? = nil
    ) throws(TokenizerTrainingError) -> TrainedTokenizer {
        try check()
        var settings = self
        settings.threads = min(threads, TrainingThreads.processorCount)
        return try settings.trainChecked(on: corpus, progress: progress)
    }

    private func trainChecked(
        on corpus: TrainingCorpus, progress: TrainingProgress.Handler?
    ) throws(TokenizerTrainingError) -> TrainedTokenizer {
        let clock = ContinuousClock()
        let start = clock.now
        let words = try corpus.words(
            from: wordSource(), keepsLineEnds: style == .gpt2, threads: threads, progress: progress)
        guard words.count > 0 else { throw .emptyCorpus }
        let counted = clock.now
        var result = try train(on: words, progress: progress)
        result.timings = .init(counting: counted - start, learning: clock.now - counted)
        return result
    }

    private func train(
        on words: WordCounter, progress: TrainingProgress.Handler?
    ) throws(TokenizerTrainingError) -> TrainedTokenizer {
        let special = allSpecialTokens
        var result = TrainedTokenizer(self)
        for token in special { result.append(token.utf8, token == style.unknownToken ? .unknown : .control) }
        if byteFallback {
            for byte in UInt8(0)...255 { result.append(ByteToken.name(byte).utf8, .byte) }
        }
        let reserved = result.pieces
        if style == .t5 {
            var trainer = UnigramTrainer(pieceCount: vocabularySize - reserved.count)
            trainer.specialCount = reserved.count
            trainer.longestPiece = longestPiece ?? 255
            trainer.coverage = characterCoverage
            let taken = Set(reserved.map(\.text))
            let pieces = try trainer.train(on: words, threads: threads, progress: progress)
            for piece in pieces where !taken.contains(piece.text) {
                result.append(piece.text, .normal, score: Float(piece.score))
            }
            return result
        }
        var trainer = bpeTrainer(reserved: reserved)
        var words = words
        if style == .llama {
            let alphabet = UnigramText.alphabet(of: words, coverage: characterCoverage).scalars
            let known = Set(alphabet)
            words = words.cut { !known.contains($0) }
            trainer.initialAlphabet = alphabet
        }
        let learned = try trainer.train(on: words, progress: progress)
        for piece in learned.pieces.dropFirst(learned.specialCount) { result.append(piece, .normal) }
        result.setMerges(learned)
        return result
    }

    private func bpeTrainer(reserved: [TrainedTokenizer.Piece]) -> BPETrainer {
        var trainer = BPETrainer(vocabularySize: vocabularySize)
        trainer.minimumFrequency = minimumFrequency
        trainer.specialTokens = reserved.map { String(decoding: $0.text, as: UTF8.self) }
        trainer.alphabetLimit = alphabetLimit
        // The learner's limit is that of `tokenizers`: one more than the longest piece.
        trainer.tokenLengthLimit = longestPiece.map { $0 + 1 }
        trainer.isByteLevel = style == .gpt2
        if style == .gpt2 { trainer.initialAlphabet = ByteLevelAlphabet.scalars }
        if style == .bert { trainer.continuingPrefix = Array("##".utf8) }
        return trainer
    }

    /// The style's special tokens and the others, each once.
    var allSpecialTokens: [String] {
        var seen = Set<String>()
        return (style.specialTokens + specialTokens).filter { seen.insert($0).inserted }
    }

    private func wordSource() -> any WordSource {
        switch style {
        case .gpt2: ByteLevelWords(lowercases: lowercases)
        case .bert: BertWords(lowercases: lowercases)
        case .t5, .llama: MetaspaceWords(map: try? CharacterMap(blob: characterMap), removesExtraSpaces: style == .t5)
        }
    }

    /// What SentencePiece does to characters; empty if they stay as they are.
    var characterMap: [UInt8] {
        switch (style, lowercases) {
        case (.t5, false): NormalizationRules.nmtNFKC
        case (.t5, true): NormalizationRules.nmtNFKCLowercase
        case (_, true): NormalizationRules.lowercase
        case (_, false): []
        }
    }

    private func check() throws(TokenizerTrainingError) {
        guard vocabularySize > 0, vocabularySize <= 1 << 24 else {
            throw .badSetting("the vocabulary size is \(vocabularySize); give a number from 1 to \(1 << 24)")
        }
        guard (1...1024).contains(threads) else {
            throw .badSetting("the number of threads is \(threads); give a number from 1 to 1024")
        }
        guard characterCoverage > 0, characterCoverage <= 1 else {
            throw .badSetting("the character coverage is \(characterCoverage); give a share above 0, at most 1")
        }
        if let longestPiece, !(1...255).contains(longestPiece) {
            throw .badSetting("the longest piece has \(longestPiece) characters; give a number from 1 to 255")
        }
        if let alphabetLimit, alphabetLimit < 1 {
            throw .badSetting("the alphabet is limited to \(alphabetLimit) characters; give at least 1")
        }
        if minimumFrequency < 0 {
            throw .badSetting("the minimum frequency is \(minimumFrequency); give 0 or more")
        }
        for token in specialTokens where token.isEmpty || token.utf8.count > AddedVocabulary.longestToken {
            throw .badSetting(
                "a special token is empty or longer than \(AddedVocabulary.longestToken) bytes; give other ones")
        }
        if byteFallback, !style.isSentencePiece {
            throw .badSetting("only the styles of SentencePiece have byte fallback: t5 and llama")
        }
        if specialTokens.count > vocabularySize {
            throw .vocabularyTooSmall(size: vocabularySize, specialTokens: allSpecialTokens.count, alphabet: 0)
        }
    }
}
