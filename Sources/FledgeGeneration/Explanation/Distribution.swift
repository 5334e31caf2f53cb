#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// softmax of a row of scores, −∞ and what is no number being forbidden.
struct Distribution {
    let probabilities: [Float]
    /// Tokens that are not forbidden.
    let kept: Int
    /// In bits.
    let entropy: Float

    init(_ scores: [Float]) {
        var largest = -Float.infinity
        var kept = 0
        for score in scores where score > -.infinity {
            kept += 1
            largest = max(largest, score)
        }
        // Scores of +∞ share everything.
        let weights = scores.map { score in
            score > -.infinity ? score == largest ? 1 : exp(Double(score) - Double(largest)) : 0
        }
        let total = weights.reduce(0, +)
        var entropy = 0.0
        probabilities = weights.map { weight in
            guard weight > 0 else { return 0 }
            let probability = weight / total
            if probability > 0 { entropy -= probability * log2(probability) }
            return Float(probability)
        }
        self.kept = kept
        self.entropy = Float(max(0, entropy))
    }
}
