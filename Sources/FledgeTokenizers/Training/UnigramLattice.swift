#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

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

/// The sums over all paths through a word (forward–backward).
private struct ForwardBackward {
    /// Words up to this length cannot underflow.
    private static let shortWord = 16
    /// What sums are multiplied by when they become small.
    private static let step = 300

    private(set) var expectations: [Int64]
    private let longestPiece: Int
    private var forward: [Double] = []
    private var backward: [Double] = []
    private var scales: [Int] = []

    init(longestPiece: Int, pieceCount: Int) {
        self.longestPiece = longestPiece
        expectations = [Int64](repeating: 0, count: pieceCount)
    }

    /// Adds the expectations of a word, whose places' edges lie between the offsets.
    mutating func add(
        _ edges: UnsafeBufferPointer<UnigramLattice.Edge>, _ offsets: UnsafeBufferPointer<Int>,
        _ probabilities: UnsafeBufferPointer<Double>, weight: Double
    ) {
        let length = offsets.count - 1
        if forward.count <= length {
            forward = [Double](repeating: 0, count: length + 1)
            backward = forward
            scales = [Int](repeating: 0, count: length + 1)
        }
        expectations.withUnsafeMutableBufferPointer { expectations in
            forward.withUnsafeMutableBufferPointer { forward in
                backward.withUnsafeMutableBufferPointer { backward in
                    for place in 0...length { forward[place] = 0 }
                    forward[0] = 1
                    guard length > ForwardBackward.shortWord else {
                        for place in 0..<length {
                            let sum = forward[place]
                            for index in offsets[place]..<offsets[place + 1] {
                                forward[place + Int(edges[index].length)] +=
                                    sum * probabilities[Int(edges[index].piece)]
                            }
                        }
                        let share = weight / forward[length]
                        backward[length] = 1
                        for place in stride(from: length - 1, through: 0, by: -1) {
                            let before = forward[place] * share
                            var sum = 0.0
                            for index in offsets[place]..<offsets[place + 1] {
                                let edge = edges[index]
                                let after = probabilities[Int(edge.piece)] * backward[place + Int(edge.length)]
                                expectations[Int(edge.piece)] &+= ForwardBackward.rounded(before * after, weight)
                                sum += after
                            }
                            backward[place] = sum
                        }
                        return
                    }
                    scales.withUnsafeMutableBufferPointer { scales in
                        ForwardBackward.addScaled(
                            edges, offsets, probabilities, weight, longestPiece, forward, backward, scales, expectations
                        )
                    }
                }
            }
        }
    }

    /// An expectation as a whole number; none is larger than the word's own weight, but for rounding.
    @inline(__always)
    private static func rounded(_ expectation: Double, _ weight: Double) -> Int64 {
        expectation > 0 ? Int64(min(expectation, weight, 0x1p62) + 0.5) : 0
    }

    /// The same for long words, whose sums are kept away from zero by powers of two.
    private static func addScaled(
        _ edges: UnsafeBufferPointer<UnigramLattice.Edge>, _ offsets: UnsafeBufferPointer<Int>,
        _ probabilities: UnsafeBufferPointer<Double>, _ weight: Double, _ longestPiece: Int,
        _ forward: UnsafeMutableBufferPointer<Double>, _ backward: UnsafeMutableBufferPointer<Double>,
        _ scales: UnsafeMutableBufferPointer<Int>, _ expectations: UnsafeMutableBufferPointer<Int64>
    ) {
        let length = offsets.count - 1
        let small = Double(sign: .plus, exponent: -step, significand: 1)
        let large = Double(sign: .plus, exponent: step, significand: 1)
        var scale = 0
        for place in 0..<length {
            if forward[place] < small {
                for other in place...min(place + longestPiece, length) { forward[other] *= large }
                scale += 1
            }
            scales[place] = scale
            let sum = forward[place]
            for index in offsets[place]..<offsets[place + 1] {
                forward[place + Int(edges[index].length)] += sum * probabilities[Int(edges[index].piece)]
            }
        }
        let total = scale
        backward[length] = 1
        scale = 0
        for place in stride(from: length - 1, through: 0, by: -1) {
            let distance = total - scales[place] - scale
            let factor = Double(sign: .plus, exponent: step * max(-3, min(3, distance)), significand: 1)
            let before = forward[place] / forward[length] * factor * weight
            var sum = 0.0
            for index in offsets[place]..<offsets[place + 1] {
                let edge = edges[index]
                let after = probabilities[Int(edge.piece)] * backward[place + Int(edge.length)]
                expectations[Int(edge.piece)] &+= rounded(before * after, weight)
                sum += after
            }
            backward[place] = sum
            if sum < small {
                for other in place...min(place + longestPiece, length) { backward[other] *= large }
                scale += 1
            }
        }
    }
}

/// The most probable path through a word (Viterbi).
struct BestPath {
    /// The pieces of the path that was found last, the last one first.
    private(set) var pieces: [Int32] = []
    private var best: [Double] = []
    private var last: [UnigramLattice.Edge] = []

    /// Finds the path.
    ///
    /// - Parameters:
    ///   - edges: all edges of the text.
    ///   - offsets: where those of each place of the word begin, and where the last ones end.
    ///   - scores: the logarithm of each piece's probability.
    ///   - leavesOutWhole: whether the piece that is the whole word does not count.
    /// - Returns: the logarithm of the path's probability.
    mutating func find(
        _ edges: UnsafeBufferPointer<UnigramLattice.Edge>, _ offsets: UnsafeBufferPointer<Int>,
        _ scores: UnsafeBufferPointer<Double>, leavesOutWhole: Bool
    ) -> Double {
        let length = offsets.count - 1
        if best.count <= length {
            best = [Double](repeating: 0, count: length + 1)
            last = [UnigramLattice.Edge](repeating: .init(piece: 0, length: 0), count: length + 1)
        }
        best.withUnsafeMutableBufferPointer { best in
            last.withUnsafeMutableBufferPointer { last in
                for place in 0...length { best[place] = -.infinity }
                best[0] = 0
                for place in 0..<length {
                    let score = best[place]
                    for index in offsets[place]..<offsets[place + 1] {
                        let edge = edges[index]
                        let end = place + Int(edge.length)
                        guard end <= length, !(leavesOutWhole && Int(edge.length) == length) else { continue }
                        let new = score + scores[Int(edge.piece)]
                        if new > best[end] {
                            best[end] = new
                            last[end] = edge
                        }
                    }
                }
            }
        }
        pieces.removeAll(keepingCapacity: true)
        var place = length
        while place > 0, last[place].length > 0, best[place] > -.infinity {
            pieces.append(last[place].piece)
            place -= Int(last[place].length)
        }
        return best[length]
    }
}
