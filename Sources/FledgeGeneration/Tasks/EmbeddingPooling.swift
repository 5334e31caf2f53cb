/// How the hidden states of a text's tokens become one vector.
public enum EmbeddingPooling: String, Sendable, Codable, CaseIterable {
    // In the order in which sentence-transformers joins several.
    /// The first token's.
    case cls
    /// Of each number the largest.
    case max
    /// Σ hᵢ / n
    case mean
    /// Σ hᵢ / √n
    case meanSqrtLength = "mean_sqrt_len_tokens"
    /// Σ i hᵢ / Σ i, i counted from 1: later tokens, which in a causal model have seen more, count for more.
    case weightedMean = "weightedmean"
    /// The last token's, which in a causal model has seen all others.
    case last = "lasttoken"

    /// The vector of the tokens `rows` of `states`, `[positions, width]`; of them the first `excluded` do not count.
    ///
    /// - Complexity: O(rows · width).
    func vector(
        of states: UnsafeBufferPointer<Float>, width: Int, rows: Range<Int>, excluded: Int
    ) -> [Float] {
        let visible = rows.lowerBound + Swift.min(excluded, rows.count - 1)..<rows.upperBound
        let row = { (index: Int) in states[(index * width)..<((index + 1) * width)] }
        switch self {
        case .cls: return Array(row(visible.lowerBound))
        case .last: return Array(row(visible.upperBound - 1))
        case .max:
            var result = Array(row(visible.lowerBound))
            for index in visible.dropFirst() {
                for (column, value) in row(index).enumerated() where value > result[column] { result[column] = value }
            }
            return result
        case .mean, .meanSqrtLength, .weightedMean:
            var result = [Float](repeating: 0, count: width)
            var sum: Float = 0
            for index in visible {
                let weight = self == .weightedMean ? Float(index - rows.lowerBound + 1) : 1
                for (column, value) in row(index).enumerated() { result[column] += weight * value }
                sum += weight
            }
            let divisor = self == .meanSqrtLength ? sum.squareRoot() : sum
            return result.map { $0 / divisor }
        }
    }
}
