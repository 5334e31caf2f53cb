import FledgeTensor
import Foundation

/// One attention with random operands, and what its definition gives in double precision.
struct DifferentiableAttentionCase: Sendable, CustomStringConvertible {
    /// Results in the order of the tensors' elements.
    struct Results: Sendable {
        var output: [Double] = []
        var logSums: [Double] = []
        var query: [Double] = []
        var key: [Double] = []
        var value: [Double] = []
        var bias: [Double] = []
    }

    /// What a probability is multiplied with after the softmax: 0, or 1 / (1 − dropout).
    typealias Mask = @Sendable (_ pair: Int, _ head: Int, _ query: Int, _ key: Int) -> Double

    var attention: DifferentiableAttention
    let (query, key, value, gradient, table): ([Float], [Float], [Float], [Float], [Float])

    /// Pairs as counts of queries and keys, rows one after the other.
    init(
        _ counts: [(Int, Int)], heads: Int = 2, keyHeads: Int = 2, width: Int, isCausal: Bool, hasBias: Bool = false,
        seed: UInt64 = 1
    ) {
        var pairs: [DifferentiableAttention.Pair] = []
        var (queries, keys) = (0, 0)
        for (query, key) in counts {
            pairs.append(.init(queries: queries..<queries + query, keys: keys..<keys + key))
            queries += query
            keys += key
        }
        attention = DifferentiableAttention(
            pairs: pairs, heads: heads, keyHeads: keyHeads, headWidth: width, scale: 1 / Float(width).squareRoot())
        attention.isCausal = isCausal
        var noise = Noise(state: seed)
        query = noise.floats(queries * heads * width, times: 2)
        key = noise.floats(keys * keyHeads * width, times: 2)
        value = noise.floats(keys * keyHeads * width)
        gradient = noise.floats(queries * heads * width)
        let span = counts.reduce(1) { max($0, $1.0, $1.1) }
        table = noise.floats(heads * (2 * span - 1), times: 2)
        if hasBias {
            attention.bias = DistanceBias(table: Tensor(table, shape: [heads, 2 * span - 1]), span: span)
        }
    }

    var queryRows: Int { attention.pairs.last?.queries.upperBound ?? 0 }
    var keyRows: Int { attention.pairs.last?.keys.upperBound ?? 0 }
    var rowWidth: Int { attention.heads * attention.headWidth }
    var keyRowWidth: Int { attention.keyHeads * attention.headWidth }

    var description: String {
        """
        \(attention.pairs.map { "\($0.queries.count)×\($0.keys.count)" }), \(attention.heads)/\(attention.keyHeads) \
        heads of \(attention.headWidth), \(attention.isCausal ? "causal" : "full"), \
        \(attention.bias == nil ? "no bias" : "bias"), \(attention.type)
        """
    }

    /// Forward and backward on a level; keys and values are slices of one wider matrix.
    func run(_ level: Level) -> (output: DifferentiableAttention.Output, gradients: DifferentiableAttention.Gradients) {
        let query = level.tensor(query, [queryRows, rowWidth])
        var both: [Float] = []
        for row in 0..<keyRows {
            both += key[row * keyRowWidth..<(row + 1) * keyRowWidth]
            both += value[row * keyRowWidth..<(row + 1) * keyRowWidth]
        }
        let fused = level.tensor(both, [keyRows, 2 * keyRowWidth])
        let keys = fused.sliced(1, 0..<keyRowWidth)
        let values = fused.sliced(1, keyRowWidth..<2 * keyRowWidth)
        let output = attention.forward(query: query, key: keys, value: values)
        let gradients = attention.backward(
            query: query, key: keys, value: values, output: output,
            gradient: level.tensor(gradient, [queryRows, rowWidth]))
        return (output, gradients)
    }

    /// The definition: softmax, its derivative, and sums, one number at a time.
    func expected(mask: Mask? = nil) -> Results {
        let (heads, width, group) = (attention.heads, attention.headWidth, attention.heads / attention.keyHeads)
        var results = Results()
        results.output = Array(repeating: 0, count: queryRows * rowWidth)
        results.query = results.output
        results.logSums = Array(repeating: -.infinity, count: queryRows * heads)
        results.key = Array(repeating: 0, count: keyRows * keyRowWidth)
        results.value = results.key
        results.bias = Array(repeating: 0, count: table.count)
        let span = (table.count / heads + 1) / 2
        for (number, pair) in attention.pairs.enumerated() {
            for head in 0..<heads {
                for i in 0..<pair.queries.count {
                    let position = pair.keys.count - pair.queries.count + i
                    let seen = attention.isCausal ? max(0, position + 1) : pair.keys.count
                    guard seen > 0 else { continue }
                    let row = (pair.queries.lowerBound + i) * rowWidth + head * width
                    let column = head / group * width
                    func start(_ key: Int) -> Int { (pair.keys.lowerBound + key) * keyRowWidth + column }
                    func entry(_ key: Int) -> Int { head * (2 * span - 1) + span - 1 + key - position }
                    let scores = (0..<seen).map { key in
                        (0..<width).reduce(0.0) { $0 + Double(query[row + $1]) * Double(self.key[start(key) + $1]) }
                            * Double(attention.scale) + (attention.bias == nil ? 0 : Double(table[entry(key)]))
                    }
                    let largest = scores.max() ?? 0
                    let sum = scores.reduce(0) { $0 + exp($1 - largest) }
                    results.logSums[(pair.queries.lowerBound + i) * heads + head] = largest + log(sum)
                    let probabilities = scores.map { exp($0 - largest) / sum }
                    let kept = (0..<seen).map { mask?(number, head, i, $0) ?? 1 }
                    var slopes = [Double](repeating: 0, count: seen)
                    for key in 0..<seen {
                        let probability = probabilities[key] * kept[key]
                        for channel in 0..<width {
                            let number = Double(value[start(key) + channel])
                            let slope = Double(gradient[row + channel])
                            results.output[row + channel] += probability * number
                            results.value[start(key) + channel] += probability * slope
                            slopes[key] += slope * number * kept[key]
                        }
                    }
                    let mean = zip(probabilities, slopes).reduce(0) { $0 + $1.0 * $1.1 }
                    for key in 0..<seen {
                        let slope = probabilities[key] * (slopes[key] - mean)
                        results.bias[entry(key)] += slope
                        let scaled = slope * Double(attention.scale)
                        for channel in 0..<width {
                            results.query[row + channel] += scaled * Double(self.key[start(key) + channel])
                            results.key[start(key) + channel] += scaled * Double(query[row + channel])
                        }
                    }
                }
            }
        }
        return results
    }
}
