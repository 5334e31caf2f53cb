/// The sums over all paths through a word (forward–backward).
struct ForwardBackward {
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
