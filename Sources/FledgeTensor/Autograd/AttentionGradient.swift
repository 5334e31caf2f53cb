/// Attention of some rows to others, as training computes it: straight on what the projections put out, and
/// differentiable.
public struct DifferentiableAttention {
    public let heads: Int
    /// Divides `heads`.
    public let keyValueHeads: Int
    public let headWidth: Int
    public let scale: Float
    /// Whether query i of n sees only keys up to keyCount − n + i.
    public let isCausal: Bool
    public let bias: DistanceBias?
    /// Of the probabilities.
    public let dropout: Dropout?
    public let type: WeightType
    public let spans: [AttentionSpan]
    /// The first key row of each span.
    public let keyOffsets: [Int]

    public init(
        heads: Int, keyValueHeads: Int, headWidth: Int, scale: Float, isCausal: Bool, bias: DistanceBias?,
        dropout: Dropout?, type: WeightType, spans: [AttentionSpan], keyOffsets: [Int]
    ) {
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headWidth = headWidth
        self.scale = scale
        self.isCausal = isCausal
        self.bias = bias
        self.dropout = dropout
        self.type = type
        self.spans = spans
        self.keyOffsets = keyOffsets
    }

    /// softmax(scale q kᵀ + bias) v, `[rows, heads · headWidth]`.
    ///
    /// Queries are the first columns of `queries`, `[rows, …]`. Keys and values are columns of `keysAndValues`, keys from
    /// `keyColumn` on and values right after; it may be the same tensor.
    public func callAsFunction(_ queries: Tensor, _ keysAndValues: Tensor, keyColumn: Int) -> Tensor {
        let (q, kv) = (queries.contiguous(), keysAndValues.contiguous())
        let result = Tensor(like: queries, shape: Shape(q.shape[0], heads * headWidth))
        var probabilities: [[Double]] = []
        let valueColumn = keyColumn + keyValueHeads * headWidth
        let (qw, kw) = (q.shape[1], kv.shape[1])
        for (index, span) in spans.enumerated() {
            for head in 0..<heads {
                let kh = head / (heads / keyValueHeads)
                for i in 0..<span.queryCount {
                    let row = span.queryOffset + i
                    let place = span.keyCount - span.queryCount + i
                    let seen = isCausal ? place + 1 : span.keyCount
                    var scores = [Double](repeating: 0, count: seen)
                    for key in 0..<seen {
                        var s = 0.0
                        for c in 0..<headWidth {
                            s += Double(q.floats[row * qw + head * headWidth + c])
                                * Double(kv.floats[(keyOffsets[index] + key) * kw + keyColumn + kh * headWidth + c])
                        }
                        s *= Double(scale)
                        if let bias {
                            s += Double(bias.table.floats[head * (2 * bias.span - 1) + bias.span - 1 + key - place])
                        }
                        scores[key] = s
                    }
                    let top = scores.max() ?? 0
                    var total = 0.0
                    for key in 0..<seen { scores[key] = naiveExp(scores[key] - top); total += scores[key] }
                    for key in 0..<seen { scores[key] /= total }
                    for c in 0..<headWidth {
                        var s = 0.0
                        for key in 0..<seen {
                            s += scores[key] * Double(kv.floats[(keyOffsets[index] + key) * kw + valueColumn + kh * headWidth + c])
                        }
                        result.floats[row * heads * headWidth + head * headWidth + c] = Float(s)
                    }
                    probabilities.append(scores)
                }
            }
        }
        return result.recorded(from: [q, kv, bias?.table]) { gradient in
            let dy = gradient.value.contiguous()
            let dq = q.detached().zerosLike()
            let dkv = q.node === kv.node ? dq : kv.detached().zerosLike()
            let db = bias.map { $0.table.detached().zerosLike() }
            var at = 0
            for (index, span) in spans.enumerated() {
                for head in 0..<heads {
                    let kh = head / (heads / keyValueHeads)
                    for i in 0..<span.queryCount {
                        let row = span.queryOffset + i
                        let place = span.keyCount - span.queryCount + i
                        let p = probabilities[at]
                        at += 1
                        var dp = [Double](repeating: 0, count: p.count)
                        var dot = 0.0
                        for key in p.indices {
                            let kr = (keyOffsets[index] + key) * kw
                            for c in 0..<headWidth {
                                let d = Double(dy.floats[row * heads * headWidth + head * headWidth + c])
                                dp[key] += d * Double(kv.floats[kr + valueColumn + kh * headWidth + c])
                                dkv.floats[kr + valueColumn + kh * headWidth + c] += Float(p[key] * d)
                            }
                            dot += dp[key] * p[key]
                        }
                        for key in p.indices {
                            let ds = p[key] * (dp[key] - dot)
                            let kr = (keyOffsets[index] + key) * kw
                            if let bias, let db {
                                db.floats[head * (2 * bias.span - 1) + bias.span - 1 + key - place] += Float(ds)
                            }
                            for c in 0..<headWidth {
                                let a = row * qw + head * headWidth + c
                                let b = kr + keyColumn + kh * headWidth + c
                                dq.floats[a] += Float(ds * Double(scale) * Double(kv.floats[b]))
                                dkv.floats[b] += Float(ds * Double(scale) * Double(q.floats[a]))
                            }
                        }
                    }
                }
            }
            q.node?.add(dq, isOwned: true)
            if q.node !== kv.node { kv.node?.add(dkv, isOwned: true) }
            if let db { bias?.table.node?.add(db, isOwned: true) }
        }
    }
}

import Foundation
private func naiveExp(_ x: Double) -> Double { exp(x) }
