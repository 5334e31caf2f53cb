#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The pieces of a unigram model that is being learned, and their probabilities.
struct UnigramEstimate {
    /// Pieces that are expected less often than this are removed.
    private static let leastExpectation = 0.5
    /// How much less probable than the least probable piece an unknown character is, as a logarithm.
    private static let unknownPenalty = 10.0

    private var lattice: UnigramLattice
    /// The logarithm of each piece's probability; of pieces that are gone, that of an unknown character.
    private var scores: [Double]
    private var isAlive: [Bool]
    /// For each piece a place of the text where it begins, and its length.
    private let places: [(start: Int32, length: Int32)]
    private let alphabetCount: Int
    /// How many pieces there are.
    private(set) var count: Int

    /// Starts with the alphabet and the seeds, each as probable as it covers the corpus.
    init(text: UnigramText, seeds: UnigramSeeds, longestPiece: Int) {
        lattice = UnigramLattice(text: text, seeds: seeds, longestPiece: longestPiece)
        alphabetCount = text.alphabet.count
        let weights = text.alphabetCounts.map(Double.init) + [0] + seeds.seeds.map { Double($0.score) }
        let total = log(weights.reduce(0, +))
        scores = weights.map { $0 > 0 ? log($0) - total : 0 }
        isAlive = weights.map { $0 > 0 }
        count = weights.count - 1
        var places = [(start: Int32, length: Int32)](repeating: (0, 1), count: alphabetCount + 1)
        places.reserveCapacity(weights.count)
        for seed in seeds.seeds {
            places.append((seeds.places[seed.range.lowerBound], Int32(seed.length)))
        }
        self.places = places
        scoreUnknown()
    }

    private func lowestScore() -> Double {
        var lowest = Double.infinity
        for piece in scores.indices where isAlive[piece] { lowest = min(lowest, scores[piece]) }
        // In a corpus of a few words nothing may be expected often enough.
        return lowest.isFinite ? lowest : -UnigramEstimate.unknownPenalty
    }

    private mutating func scoreUnknown() {
        let unknown = lowestScore() - UnigramEstimate.unknownPenalty
        for piece in scores.indices where !isAlive[piece] { scores[piece] = unknown }
    }

    /// One round of expectation maximization.
    mutating func maximize(threads: Int) {
        let expected = lattice.expectations(probabilities: scores.map { exp($0) }, threads: threads)
        var sum = 0.0
        count = 0
        for piece in scores.indices where isAlive[piece] {
            let frequency = Double(expected[piece]) / UnigramLattice.unit
            isAlive[piece] = frequency >= UnigramEstimate.leastExpectation
            guard isAlive[piece] else { continue }
            sum += frequency
            count += 1
        }
        let total = UnigramEstimate.digamma(sum)
        for piece in scores.indices where isAlive[piece] {
            scores[piece] = UnigramEstimate.digamma(Double(expected[piece]) / UnigramLattice.unit) - total
        }
        scoreUnknown()
        lattice.keepEdges(where: isAlive)
    }

    /// The logarithmic derivative of the gamma function: an asymptotic series, from 7 on.
    private static func digamma(_ value: Double) -> Double {
        var value = value
        var result = 0.0
        while value < 7 {
            result -= 1 / value
            value += 1
        }
        value -= 0.5
        let inverse = 1 / (value * value)
        let terms: [Double] = [1.0 / 24, -7.0 / 960, 31.0 / 8064, -127.0 / 30720]
        var power = inverse
        for term in terms {
            result += term * power
            power *= inverse
        }
        return result + log(value)
    }

    /// Removes the pieces whose loss costs least likelihood, until `size` pieces are left.
    mutating func prune(to size: Int, threads: Int) {
        let counts = lattice.bestCounts(scores: scores, threads: threads).map(Double.init)
        let sum = counts.indices.reduce(0.0) { $0 + (isAlive[$1] ? counts[$1] : 0) }
        let estimate = self
        let parts = TrainingThreads.map(threads) { thread in
            estimate.losses(TrainingThreads.part(thread, of: threads, counts.count), counts: counts, sum: sum)
        }
        var kept: [Int] = []
        var candidates: [(piece: Int, loss: Double)] = []
        for (piece, loss) in parts.joined() {
            if let loss { candidates.append((piece, loss)) } else { kept.append(piece) }
        }
        candidates.sort { $0.loss == $1.loss ? $0.piece < $1.piece : $0.loss > $1.loss }
        kept += candidates.prefix(max(0, size - kept.count)).map(\.piece)
        isAlive = [Bool](repeating: false, count: isAlive.count)
        for piece in kept { isAlive[piece] = true }
        count = kept.count
        scoreUnknown()
        lattice.keepEdges(where: isAlive)
    }

    /// The pieces that may be kept, and how much likelihood each one's loss costs; nil for those that nothing can
    /// stand in for.
    private func losses(_ range: Range<Int>, counts: [Double], sum: Double) -> [(piece: Int, loss: Double?)] {
        var result: [(piece: Int, loss: Double?)] = []
        var path = BestPath()
        let total = log(sum)
        for piece in range where isAlive[piece] && counts[piece] > 0 {
            guard places[piece].length > 1 else {
                result.append((piece, nil))
                continue
            }
            let start = Int(places[piece].start)
            let score = lattice.alternative(
                to: start..<start + Int(places[piece].length), scores: scores, path: &path)
            // What is better put together from other pieces is not needed.
            guard score <= scores[piece] else { continue }
            // The piece's occurrences become occurrences of what stands in for it.
            let count = counts[piece]
            let newTotal = log(sum + count * Double(path.pieces.count - 1))
            var loss = log(count) - total
            for other in path.pieces {
                loss -= log((isAlive[Int(other)] ? counts[Int(other)] : 0) + count) - newTotal
            }
            result.append((piece, count * loss))
        }
        return result
    }

    /// The alphabet and the most probable other pieces, by descending probability.
    func finalPieces(count: Int, of text: UnigramText, seeds: UnigramSeeds) -> [UnigramTrainer.Piece] {
        var pieces: [UnigramTrainer.Piece] = []
        var penalty = 0.0
        let lowest = lowestScore()
        for (number, scalar) in text.alphabet.enumerated() {
            let bytes = Array(String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8)
            if isAlive[number] {
                pieces.append((bytes, scores[number]))
            } else {
                // Different scores, the most frequent character's the lowest one's.
                pieces.append((bytes, lowest + penalty))
                penalty += 0.0001
            }
        }
        let others = scores.indices.dropFirst(alphabetCount + 1).filter { isAlive[$0] }.map { piece in
            let start = Int(places[piece].start)
            return (text: text.utf8(start..<start + Int(places[piece].length)), score: scores[piece])
        }
        pieces += others.sorted(by: UnigramEstimate.precedes).prefix(max(0, count - pieces.count))
        return pieces.sorted(by: UnigramEstimate.precedes)
    }

    private static func precedes(_ one: UnigramTrainer.Piece, _ other: UnigramTrainer.Piece) -> Bool {
        one.score == other.score ? one.text.lexicographicallyPrecedes(other.text) : one.score > other.score
    }
}
