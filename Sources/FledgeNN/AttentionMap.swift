import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whom each row of one attention layer attends to: softmax(scale · q kᵀ + bias) with the mask applied, in float32.
public struct AttentionMap: Sendable, Equatable {
    /// Which of a model's attention layers.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// An encoder's rows to their own sequence.
        case encoder
        /// A decoder's rows to what is not after them.
        case decoder
        /// A decoder's rows to the encoded prompt.
        case cross
    }

    public let kind: Kind
    /// The block, counted from 0.
    public let layer: Int
    public let heads: Int
    public let queries: Int
    public let keys: Int
    /// `[heads, queries, keys]`, row after row. A row sums to one.
    public let weights: [Float]

    /// - Precondition: as many weights as heads · queries · keys.
    public init(kind: Kind, layer: Int, heads: Int, queries: Int, keys: Int, weights: [Float]) {
        precondition(weights.count == heads * queries * keys, "\(weights.count) weights")
        self.kind = kind
        self.layer = layer
        self.heads = heads
        self.queries = queries
        self.keys = keys
        self.weights = weights
    }

    /// How much one row attends to each key, in one head: `[keys]`.
    ///
    /// - Precondition: the head and the row exist.
    public func row(head: Int, query: Int) -> ArraySlice<Float> {
        let start = (head * queries + query) * keys
        return weights[start..<start + keys]
    }

    /// How much one row attends to each key, in the mean over the heads: `[keys]`.
    ///
    /// - Precondition: the row exists.
    public func meanRow(query: Int) -> [Float] {
        var mean = [Float](repeating: 0, count: keys)
        for head in 0..<heads {
            for (key, weight) in row(head: head, query: query).enumerated() { mean[key] += weight / Float(heads) }
        }
        return mean
    }
}

extension AttentionMap {
    /// Computes a map from what attention computes with. O(heads · queries · keys · headWidth).
    ///
    /// The queries are `[rows, heads · headWidth]`, rotated where the model rotates; the keys are
    /// `[rows, keyHeads · headWidth]`, the same. With fewer heads than the queries have, each serves several. With
    /// `isCausal` there are as many keys as queries, and a row sees only what is not after it.
    init(
        kind: Kind, layer: Int, queries: Tensor, keys: Tensor, heads: Int, keyHeads: Int, headWidth: Int, scale: Float,
        isCausal: Bool, bias: DistanceBias?
    ) {
        let (rows, columns) = (queries.shape[0], keys.shape[0])
        let (q, k) = (queries.scalars, keys.scalars)
        let table = bias?.table.scalars
        var weights = [Float](repeating: 0, count: heads * rows * columns)
        weights.withUnsafeMutableBufferPointer { weights in
            // One head's keys, channel after channel: then the innermost loop runs over keys.
            var across = [Float](repeating: 0, count: headWidth * columns)
            for head in 0..<heads {
                let keyColumn = head / (heads / keyHeads) * headWidth
                for key in 0..<columns {
                    for channel in 0..<headWidth {
                        across[channel * columns + key] = k[key * keyHeads * headWidth + keyColumn + channel]
                    }
                }
                for query in 0..<rows {
                    let start = (head * rows + query) * columns
                    let row = UnsafeMutableBufferPointer(rebasing: weights[start..<start + columns])
                    AttentionMap.addScores(
                        query: q[(query * heads + head) * headWidth..<(query * heads + head + 1) * headWidth],
                        keys: across, to: row)
                    for key in row.indices { row[key] *= scale }
                    if let bias, let table {
                        let first = head * (2 * bias.span - 1) + bias.span - 1 - query
                        for key in row.indices { row[key] += table[first + key] }
                    }
                    row.softmax(first: isCausal ? min(columns, query + 1) : columns)
                }
            }
        }
        self.init(kind: kind, layer: layer, heads: heads, queries: rows, keys: columns, weights: weights)
    }

    private static func addScores(query: ArraySlice<Float>, keys: [Float], to row: UnsafeMutableBufferPointer<Float>) {
        keys.withUnsafeBufferPointer { keys in
            for (channel, value) in query.enumerated() {
                let start = channel * row.count
                for key in row.indices { row[key] += value * keys[start + key] }
            }
        }
    }
}

extension UnsafeMutableBufferPointer<Float> {
    /// Softmax over the first of the numbers; the others become 0.
    fileprivate func softmax(first count: Int) {
        let largest = self[..<count].max() ?? 0
        var sum: Float = 0
        for index in 0..<count {
            self[index] = exp(self[index] - largest)
            sum += self[index]
        }
        for index in 0..<count { self[index] /= sum }
        for index in count..<self.count { self[index] = 0 }
    }
}
