public import FledgeNN
import FledgeTensor

/// A model that can say whom its tokens attend to.
public protocol AttentionMapping: Transformer {
    /// Runs one sequence through the model from its first token, and computes the attention of every layer and head.
    ///
    /// - Parameters:
    ///   - sequence: what an encoder reads, or a decoder-only model.
    ///   - decoderIDs: what the decoder of an encoder–decoder reads; empty for the other two kinds.
    ///   - layers: which layers to look at, counted from 0; nil for all.
    /// - Returns: one map a layer: an encoder's, then, layer after layer, the decoder's and its cross-attention's.
    /// - Throws: ``ModelError`` for a sequence that the model cannot take.
    func attentionMaps(
        of sequence: TokenSequence, decoderIDs: [Int], layers: Set<Int>?
    ) throws(ModelError) -> [AttentionMap]

    /// Numbers that the maps of all layers, or of some, hold for sequences of a length; `Int.max` where that overflows.
    func attentionCount(tokens: Int, decoderTokens: Int, layers: Set<Int>?) -> Int

    /// Blocks of the deeper stack.
    var layerCount: Int { get }
}

extension TransformerStack {
    /// Numbers of the maps of rows that see so many keys.
    fileprivate func attentionCount(rows: Int, keys: Int, layers: Set<Int>?) -> Double {
        let heads = blocks.indices.filter { layers?.contains($0) ?? true }.map { blocks[$0].selfAttention.heads }
        return Double(heads.reduce(0, +)) * Double(rows) * Double(keys)
    }
}

extension DecoderOnlyTransformer: AttentionMapping {
    public func attentionMaps(
        of sequence: TokenSequence, decoderIDs: [Int], layers: Set<Int>?
    ) throws(ModelError) -> [AttentionMap] {
        try validate(sequence.ids)
        guard !sequence.ids.isEmpty else { throw .emptySequence }
        if let limit = positionLimit, sequence.ids.count > limit { throw .sequenceTooLong(sequence.ids.count, limit) }
        let recorder = AttentionRecorder(layers: layers)
        recorder.begin(.decoder)
        var state = makeState(sequences: 1)
        state.attentionRecorder = recorder
        _ = decode(sequence.ids, state: &state)
        return recorder.maps
    }

    public func attentionCount(tokens: Int, decoderTokens: Int, layers: Set<Int>?) -> Int {
        Int(exactly: stack.attentionCount(rows: tokens, keys: tokens, layers: layers)) ?? .max
    }

    public var layerCount: Int { stack.blocks.count }
}

extension EncoderTransformer: AttentionMapping {
    public func attentionMaps(
        of sequence: TokenSequence, decoderIDs: [Int], layers: Set<Int>?
    ) throws(ModelError) -> [AttentionMap] {
        try validate(sequence)
        let recorder = AttentionRecorder(layers: layers)
        recorder.begin(.encoder)
        _ = stack(
            [sequence], isCausal: false, beside: weightType, workspace: Workspace(engine: engine), recorder: recorder,
            observe: nil)
        return recorder.maps
    }

    public func attentionCount(tokens: Int, decoderTokens: Int, layers: Set<Int>?) -> Int {
        Int(exactly: stack.attentionCount(rows: tokens, keys: tokens, layers: layers)) ?? .max
    }

    public var layerCount: Int { stack.blocks.count }
}

extension EncoderDecoderTransformer: AttentionMapping {
    public func attentionMaps(
        of sequence: TokenSequence, decoderIDs: [Int], layers: Set<Int>?
    ) throws(ModelError) -> [AttentionMap] {
        try validate(sequence.ids + decoderIDs)
        guard !sequence.ids.isEmpty else { throw .emptySequence }
        let longest = max(sequence.ids.count, decoderIDs.count)
        if let limit = positionLimit, longest > limit { throw .sequenceTooLong(longest, limit) }
        let recorder = AttentionRecorder(layers: layers)
        recorder.begin(.encoder)
        let workspace = Workspace(engine: engine)
        let encoded = encoder(
            [sequence], isCausal: false, beside: weightType, workspace: workspace, prefix: "encoder.",
            recorder: recorder, observe: nil)
        guard !decoderIDs.isEmpty else { return recorder.maps }
        var state = DecoderState(
            caches: decoder.makeCaches(slots: 1, beside: weightType, engine: engine),
            pending: PendingCrossAttention(hidden: encoded, lengths: [sequence.ids.count], beside: weightType),
            sequences: 1, positions: decoder.embedding.positions, workspace: workspace)
        recorder.encoded = encoded
        recorder.begin(.decoder)
        state.attentionRecorder = recorder
        _ = decode(decoderIDs, state: &state)
        return recorder.maps
    }

    public func attentionCount(tokens: Int, decoderTokens: Int, layers: Set<Int>?) -> Int {
        let count =
            encoder.attentionCount(rows: tokens, keys: tokens, layers: layers)
            + decoder.attentionCount(rows: decoderTokens, keys: decoderTokens + tokens, layers: layers)
        return Int(exactly: count) ?? .max
    }

    public var layerCount: Int { max(encoder.blocks.count, decoder.blocks.count) }
}

extension Backbone {
    /// What of the model attends; nil for one that does not.
    public var attentionMapping: (any AttentionMapping)? {
        (self as? PooledBackbone)?.base.attentionMapping ?? self as? any AttentionMapping
    }
}
