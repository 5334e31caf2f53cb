public import FledgeTensor

/// Keeps the attention maps of one pass through a model.
///
/// Attention never stores its scores. A pass that is given a recorder computes them a second time beside it, from the same
/// queries and keys; one without a recorder does nothing for it. A pass must hold one sequence, from its first token.
///
/// One pass uses a recorder, on the thread that runs it, and nobody else looks at it before the pass is over.
public final class AttentionRecorder: @unchecked Sendable {
    /// What was recorded, in the order of the layers.
    public private(set) var maps: [AttentionMap] = []
    /// The layers to record; nil for all.
    public let layers: Set<Int>?
    /// What decoders attend to besides themselves: `[positions, width]`. Set before a decoder runs.
    public var encoded: Tensor?
    private var kind = AttentionMap.Kind.decoder
    /// The block that runs.
    private var layer = -1

    public init(layers: Set<Int>? = nil) { self.layers = layers }

    /// Makes ready for a stack of blocks, whose self-attention is of a kind.
    public func begin(_ kind: AttentionMap.Kind) {
        self.kind = kind
        layer = -1
    }

    /// Records the next block's self-attention; `projected` holds rotated queries and keys beside one another.
    func record(_ attention: SelfAttention, projected: Tensor, step: AttentionStep) {
        layer += 1
        guard wantsLayer else { return }
        let (queries, keys) = (attention.heads * attention.headWidth, attention.keyValueHeads * attention.headWidth)
        maps.append(
            AttentionMap(
                kind: kind, layer: layer, queries: projected.sliced(1, 0..<queries),
                keys: projected.sliced(1, queries..<queries + keys), heads: attention.heads,
                keyHeads: attention.keyValueHeads, headWidth: attention.headWidth, scale: attention.scale,
                isCausal: step.isCausal, bias: step.bias))
    }

    /// Records the present block's attention to the encoded prompt.
    func record(_ attention: CrossAttention, queries: Tensor) {
        guard wantsLayer, let encoded else { return }
        maps.append(
            AttentionMap(
                kind: .cross, layer: layer, queries: queries, keys: attention.keysAndValues(encoded).keys,
                heads: attention.heads, keyHeads: attention.heads, headWidth: attention.headWidth,
                scale: attention.scale, isCausal: false, bias: nil))
    }

    private var wantsLayer: Bool { layers?.contains(layer) ?? true }
}
