import FledgeTensor
import Foundation

/// One attention: a batch of sequences with a cache slot each, and random operands.
struct AttentionCase {
    struct Sequence {
        /// Keys before this step's queries, and this step's queries, which are keys too.
        let past: Int
        let count: Int
        let slot: Int
    }

    var sequences: [Sequence]
    var heads = 2
    var keyHeads = 2
    var width = 8
    var isCausal = true
    var hasBias = false
    var type = WeightType.float32

    var keyCapacity: Int { sequences.map { $0.past + $0.count }.max() ?? 0 }
    var scale: Float { 1 / Float(width).squareRoot() }

    /// Keys, values of every slot and the queries, in order; rows of width `keyHeads · width` or `heads · width`.
    struct Operands {
        var keys: [[Float]]
        var values: [[Float]]
        var queries: [Float]
        var bias: [Float]
    }

    func operands(_ noise: inout Noise) -> Operands {
        let row = keyHeads * width
        return Operands(
            keys: sequences.map { noise.floats(($0.past + $0.count) * row, times: 3) },
            values: sequences.map { noise.floats(($0.past + $0.count) * row) },
            queries: noise.floats(sequences.reduce(0) { $0 + $1.count } * heads * width, times: 3),
            bias: noise.floats(heads * (2 * keyCapacity - 1), times: 2))
    }

    /// A cache that holds the operands, written in steps of at most `piece` rows.
    func cache(_ operands: Operands, _ level: Level, piece: Int = .max) -> KeyValueCache {
        let slots = (sequences.map(\.slot).max() ?? 0) + 2
        var cache = KeyValueCache(slots: slots, heads: keyHeads, headWidth: width, beside: type)
        for (index, sequence) in sequences.enumerated() {
            let count = sequence.past + sequence.count
            let keys = level.tensor(operands.keys[index], [count, keyHeads * width])
            let values = level.tensor(operands.values[index], [count, keyHeads * width])
            var position = 0
            while position < count {
                let rows = position..<min(count, position + min(piece, count))
                cache.write([CacheRun(rows: rows, slot: sequence.slot, position: position)], keys: keys, values: values)
                position = rows.upperBound
            }
        }
        return cache
    }

    func run(_ operands: Operands, _ cache: KeyValueCache, _ level: Level) -> Tensor {
        var spans: [AttentionSpan] = []
        var row = 0
        for sequence in sequences {
            spans.append(
                AttentionSpan(
                    queryOffset: row, queryCount: sequence.count, slot: sequence.slot,
                    keyCount: sequence.past + sequence.count))
            row += sequence.count
        }
        let span = keyCapacity
        let table = Tensor(operands.bias, shape: [heads, 2 * span - 1])
        return level.tensor(operands.queries, [row, heads * width])
            .attention(
                over: cache, spans: spans, heads: heads, scale: scale, causal: isCausal,
                bias: hasBias ? DistanceBias(table: table, span: span) : nil)
    }

    /// The definition in double precision, on operands rounded as the cache rounds them, and what may be off.
    func expected(_ operands: Operands) -> (values: [Double], allowed: [Double]) {
        let round: (Float) -> Double = type == .float32 ? { Double($0) } : { Double(bfloat16($0)) }
        // Probabilities are stored in the cache's type: half a unit of 8 bits for each of bfloat16.
        let tolerance = type == .float32 ? 2e-5 : 4.5e-3
        var (values, allowed): ([Double], [Double]) = ([], [])
        var row = 0
        for (index, sequence) in sequences.enumerated() {
            let count = sequence.past + sequence.count
            let (keys, content) = (operands.keys[index].map(round), operands.values[index].map(round))
            for query in 0..<sequence.count {
                for head in 0..<heads {
                    let from = (row + query) * heads * width + head * width
                    let q = operands.queries[from..<from + width].map(round)
                    let seen = isCausal ? sequence.past + query + 1 : count
                    let start = head / (heads / keyHeads) * width
                    let scores = (0..<seen).map { key -> Double in
                        let base = key * keyHeads * width + start
                        let product = (0..<width).reduce(0.0) { $0 + q[$1] * keys[base + $1] }
                        let entry = head * (2 * keyCapacity - 1) + keyCapacity - 1 + key - sequence.past - query
                        return product * Double(scale) + (hasBias ? Double(operands.bias[entry]) : 0)
                    }
                    let largest = scores.max() ?? 0
                    let powers = scores.map { exp($0 - largest) }
                    let sum = powers.reduce(0, +)
                    for channel in 0..<width {
                        var (value, magnitude) = (0.0, 0.0)
                        for key in 0..<seen {
                            let term = powers[key] / sum * content[key * keyHeads * width + start + channel]
                            value += term
                            magnitude += abs(term)
                        }
                        values.append(value)
                        allowed.append(tolerance * magnitude + 1e-7)
                    }
                }
            }
            row += sequence.count
        }
        return (values, allowed)
    }
}
