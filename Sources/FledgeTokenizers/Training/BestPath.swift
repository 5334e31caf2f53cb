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
