/// All ways to put the words of a corpus together from pieces.
///
/// ```
/// edges     the pieces that begin at each place of the text, one place after the other; first the character itself
/// offsets   where each place's edges begin
/// ```
struct UnigramLattice {
    /// A piece that begins at a place.
    struct Edge {
        var piece: Int32
        var length: Int32
    }

    /// Probabilities that expectations are added up in: integers, so that the order does not matter.
    static let unit = Double(1 << 24)

    private(set) var edges: [Edge]
    private(set) var offsets: [Int]
    private let words: [Range<Int>]
    private let counts: [Int]
    private let longestPiece: Int

    /// Finds the places of all pieces.
    ///
    /// Pieces are numbered: the characters of the alphabet, then one for rare characters, then the seeds.
    init(text: UnigramText, seeds: UnigramSeeds, longestPiece: Int) {
        words = text.words
        counts = text.counts
        self.longestPiece = longestPiece
        let unknown = Int32(text.alphabet.count)
        var next = [Int](repeating: 0, count: text.characters.count + 1)
        for word in text.words {
            for place in word { next[place + 1] = 1 }
        }
        for seed in seeds.seeds {
            for index in seed.range { next[Int(seeds.places[index]) + 1] += 1 }
        }
        for place in 1..<max(next.count, 1) { next[place] += next[place - 1] }
        offsets = next
        edges = [Edge](repeating: Edge(piece: 0, length: 1), count: next.last ?? 0)
        for word in text.words {
            for place in word {
                let character = text.characters[place]
                edges[next[place]].piece = character > 0 ? character - 1 : unknown
                next[place] += 1
            }
        }
        for (number, seed) in seeds.seeds.enumerated() {
            let edge = Edge(piece: unknown + 1 + Int32(number), length: Int32(seed.length))
            for index in seed.range {
                let place = Int(seeds.places[index])
                edges[next[place]] = edge
                next[place] += 1
            }
        }
    }

    /// Forgets pieces that are gone; single characters stay.
    mutating func keepEdges(where isAlive: [Bool]) {
        var write = 0
        for place in 0..<offsets.count - 1 {
            let range = offsets[place]..<offsets[place + 1]
            offsets[place] = write
            for index in range where edges[index].length == 1 || isAlive[Int(edges[index].piece)] {
                edges[write] = edges[index]
                write += 1
            }
        }
        offsets[offsets.count - 1] = write
        edges.removeSubrange(write...)
    }

    /// How often each piece is expected to occur, in parts of ``unit``: the E step.
    ///
    /// - Parameters:
    ///   - probabilities: of each piece.
    ///   - threads: how many threads compute; the result does not depend on it.
    /// - Returns: the expectation of each piece.
    func expectations(probabilities: [Double], threads: Int) -> [Int64] {
        let parts = TrainingThreads.map(threads) { thread in
            var pass = ForwardBackward(longestPiece: longestPiece, pieceCount: probabilities.count)
            withPointers { edges, offsets in
                probabilities.withUnsafeBufferPointer { probabilities in
                    for number in TrainingThreads.part(thread, of: threads, words.count) {
                        let word = words[number]
                        pass.add(
                            edges, UnsafeBufferPointer(rebasing: offsets[word.lowerBound...word.upperBound]),
                            probabilities, weight: Double(counts[number]) * UnigramLattice.unit)
                    }
                }
            }
            return pass.expectations
        }
        return UnigramLattice.sum(parts)
    }

    /// How often each piece occurs when every word is put together in its most probable way.
    func bestCounts(scores: [Double], threads: Int) -> [Int64] {
        let parts = TrainingThreads.map(threads) { thread in
            var counts = [Int64](repeating: 0, count: scores.count)
            var path = BestPath()
            withPointers { edges, offsets in
                scores.withUnsafeBufferPointer { scores in
                    for number in TrainingThreads.part(thread, of: threads, words.count) {
                        let word = words[number]
                        _ = path.find(
                            edges, UnsafeBufferPointer(rebasing: offsets[word.lowerBound...word.upperBound]), scores,
                            leavesOutWhole: false)
                        for piece in path.pieces { counts[Int(piece)] += Int64(self.counts[number]) }
                    }
                }
            }
            return counts
        }
        return UnigramLattice.sum(parts)
    }

    /// The best way to put a part of the text together without the piece that is all of it.
    func alternative(
        to range: Range<Int>, scores: [Double], path: inout BestPath
    ) -> Double {
        withPointers { edges, offsets in
            scores.withUnsafeBufferPointer { scores in
                path.find(
                    edges, UnsafeBufferPointer(rebasing: offsets[range.lowerBound...range.upperBound]), scores,
                    leavesOutWhole: true)
            }
        }
    }

    private func withPointers<Result>(
        _ body: (UnsafeBufferPointer<Edge>, UnsafeBufferPointer<Int>) -> Result
    ) -> Result {
        edges.withUnsafeBufferPointer { edges in
            offsets.withUnsafeBufferPointer { offsets in body(edges, offsets) }
        }
    }

    private static func sum(_ parts: [[Int64]]) -> [Int64] {
        var result = parts[0]
        for part in parts.dropFirst() {
            for index in result.indices { result[index] &+= part[index] }
        }
        return result
    }
}
