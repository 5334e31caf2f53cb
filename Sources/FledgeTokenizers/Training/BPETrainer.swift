/// Learns a byte-pair encoding: again and again the most frequent pair of neighbouring symbols becomes a new symbol
/// (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016).
///
/// Ids, alphabet and the order of equally frequent pairs are those of `BpeTrainer` in Hugging Face `tokenizers`, so
/// that merges are the same: special tokens come first, then the alphabet by ascending scalar, then merges; of equally
/// frequent pairs that with the lower ids comes first. Where `tokenizers` leaves the order to chance (pieces within
/// words, and which of equally frequent characters a limit drops), lower scalars come first. Pairs are not counted across
/// every 1,024th character of longer words.
///
/// WordPiece's vocabulary is learned the same way, as in `tokenizers`, with `##` before pieces that continue a word.
package struct BPETrainer: Sendable {
    /// How many pieces there shall be at most.
    package var vocabularySize: Int
    /// Pairs that occur less often are not merged.
    package var minimumFrequency = 0
    /// Pieces that get the first ids.
    package var specialTokens: [String] = []
    /// How many different characters are kept, the most frequent ones; the others disappear from words.
    package var alphabetLimit: Int?
    /// Characters that are pieces even if they do not occur.
    package var initialAlphabet: [UInt32] = []
    /// What is put before pieces that do not begin a word.
    package var continuingPrefix: [UInt8] = []
    /// Merges make pieces of fewer characters than this, but for pairs of single characters.
    package var tokenLengthLimit: Int?
    /// Whether words are bytes, each of which is one visible character.
    package var isByteLevel = false

    /// Settings as they are if nothing else is asked for.
    package init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

    /// What was learned.
    package struct Result: Sendable {
        /// The pieces, by id.
        package var pieces: [[UInt8]] = []
        /// The merges, the first one first: the ids of both parts.
        package var merges: [(left: Int32, right: Int32)] = []
        /// How many pieces at the start are special tokens.
        package var specialCount = 0
        /// How many pieces after those are characters.
        package var alphabetCount = 0
    }

    /// Learns merges from words.
    ///
    /// - Throws: ``TokenizerTrainingError/vocabularyTooSmall(size:specialTokens:alphabet:)``.
    /// - Complexity: O(n log n) in the characters of the different words, on average.
    package func train(
        on words: WordCounter, progress: TrainingProgress.Handler? = nil
    ) throws(TokenizerTrainingError) -> Result {
        var alphabet = BPEAlphabet(self, words: words)
        var learner = MergeLearner(words: words, alphabet: alphabet)
        let specialCount = alphabet.specialCount
        let alphabetCount = alphabet.pieces.count - specialCount
        guard alphabet.pieces.count <= vocabularySize else {
            throw .vocabularyTooSmall(
                size: vocabularySize, specialTokens: specialCount, alphabet: alphabetCount)
        }
        learner.countPairs()
        let merges = learner.learn(
            into: &alphabet, vocabularySize: vocabularySize, minimumFrequency: minimumFrequency,
            lengthLimit: tokenLengthLimit, progress: progress)
        return Result(
            pieces: alphabet.pieces, merges: merges, specialCount: specialCount, alphabetCount: alphabetCount)
    }
}
