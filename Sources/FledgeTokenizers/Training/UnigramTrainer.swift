#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Learns a unigram language model of pieces: starts with very many, finds their probabilities by expectation
/// maximization, removes those that are missed least, and so on (Kudo, "Subword Regularization", 2018, section 3.2).
///
/// Numbers that the paper leaves open are those of SentencePiece: two rounds of expectation maximization with a sparse
/// prior (Liang and Klein, "Structured Bayesian Nonparametric Models with Variational Inference", 2007), three quarters
/// of the pieces kept each time, until there are a tenth more than wanted.
struct UnigramTrainer: Sendable {
    /// How many pieces there shall be, without special and byte tokens.
    var pieceCount: Int
    /// How many special and byte tokens there are, for errors.
    var specialCount = 0
    /// The longest piece, in characters; at most 255.
    var longestPiece = 16
    /// Which share of all characters must be covered by single-character pieces.
    var coverage = 0.9995
    /// How many pieces there are in the beginning, at most.
    var seedCount = 1_000_000
    private let shrinkingFactor = 0.75
    private let roundsBetween = 2

    init(pieceCount: Int) { self.pieceCount = pieceCount }

    /// A piece and the logarithm of its probability.
    typealias Piece = (text: [UInt8], score: Double)

    /// Learns pieces from words.
    ///
    /// - Returns: the pieces, the most probable first.
    /// - Throws: ``TokenizerTrainingError/vocabularyTooSmall(size:specialTokens:alphabet:)``.
    /// - Complexity: O(n · `longestPiece`) in the characters of the different words for each of the rounds, whose
    ///   number is logarithmic in n.
    func train(
        on words: WordCounter, threads: Int, progress: TrainingProgress.Handler?
    ) throws(TokenizerTrainingError) -> [Piece] {
        progress?(TrainingProgress(stage: .seeding, completed: 0))
        let text = UnigramText(words: words, coverage: coverage)
        guard !text.alphabet.isEmpty else { throw .emptyCorpus }
        guard text.alphabet.count <= pieceCount else {
            throw .vocabularyTooSmall(
                size: pieceCount + specialCount, specialTokens: specialCount, alphabet: text.alphabet.count)
        }
        guard text.characters.count < Int(Int32.max) else {
            throw .badSetting(
                "the corpus has more than \(Int32.max) characters in different words; train on a part of it")
        }
        let seeds = UnigramSeeds(text: text, longestPiece: longestPiece, limit: seedCount, threads: threads)
        var model = UnigramEstimate(text: text, seeds: seeds, longestPiece: longestPiece)
        let target = max(1, Int(Double(pieceCount + specialCount) * 1.1))
        var round = 0
        while true {
            for _ in 0..<roundsBetween { model.maximize(threads: threads) }
            round += 1
            // Each round leaves three quarters.
            let left = max(0, (log(Double(model.count) / Double(target)) / -log(shrinkingFactor)).rounded(.up))
            progress?(TrainingProgress(stage: .learning, completed: round, total: round + Int(left)))
            guard model.count > target else { break }
            model.prune(to: max(target, Int(shrinkingFactor * Double(model.count))), threads: threads)
        }
        return model.finalPieces(count: pieceCount, of: text, seeds: seeds)
    }
}
