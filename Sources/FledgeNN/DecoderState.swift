public import FledgeTensor

/// An encoded prompt batch whose keys and values have not been made yet.
///
/// The first decoded token attends to the hidden states themselves (see ``Tensor/projectedBack(_:columns:heads:)``),
/// which is far less work than making all keys and values for one token; the second token makes them.
public struct PendingCrossAttention: Sendable {
    /// `[positions of all prompts, width]`.
    public fileprivate(set) var hidden: Tensor
    /// Positions of each prompt.
    public let lengths: [Int]
    /// The same, as keys and as values of one head as wide as the model; a slot a sequence.
    public var cache: KeyValueCache
    /// The prompt of each slot.
    public var prompts: [Int]

    /// - Parameters:
    ///   - hidden: the encoder's output, prompt after prompt.
    ///   - lengths: positions of each.
    ///   - type: the weights' type.
    ///   - isDifferentiable: whether gradients will flow back to the prompts.
    public init(hidden: Tensor, lengths: [Int], beside type: WeightType, isDifferentiable: Bool = false) {
        self.hidden = hidden
        self.lengths = lengths
        prompts = Array(lengths.indices)
        cache = KeyValueCache(
            slots: lengths.count, heads: 1, headWidth: hidden.shape[1], beside: type, engine: hidden.engine)
        // While training, keys and values are made by each layer as it comes.
        if !isDifferentiable { cache.write(runs, keys: hidden, values: hidden) }
    }

    /// The prompts' rows, each prompt in a slot of its own.
    private var runs: [CacheRun] {
        var row = 0
        return lengths.enumerated().map { slot, count in
            defer { row += count }
            return CacheRun(rows: row..<row + count, slot: slot, position: 0)
        }
    }

    /// The keys and values of one layer, a slot a sequence; sequences with the same prompt share them.
    func cache(of layer: CrossAttention, beside type: WeightType) -> KeyValueCache {
        let (keys, values) = layer.keysAndValues(hidden)
        var cache = KeyValueCache(
            slots: lengths.count, heads: layer.heads, headWidth: layer.headWidth, beside: type, engine: hidden.engine)
        cache.write(runs, keys: keys, values: values)
        cache.select(prompts)
        return cache
    }
}

/// Everything that a generation keeps between two steps: the caches of every layer, which sequences are still running
/// and how far they are, and the memory that steps compute in.
///
/// A loaded model is shared; each generation has a state of its own.
public struct DecoderState: Sendable {
    /// Self-attention, one cache a layer, one slot a sequence.
    public var selfCaches: [KeyValueCache]
    /// Keys and values of the encoded prompt, one cache a layer; empty for decoder-only models.
    public private(set) var crossCaches: [KeyValueCache] = []
    /// Set until ``crossCaches`` are filled.
    public private(set) var pendingCrossAttention: PendingCrossAttention?
    /// What a recurrent model remembers, one state a slot; nil for transformers.
    public var recurrent: RecurrentState?
    /// Tokens read or decoded so far, one number a slot.
    public private(set) var lengths: [Int]
    /// Encoded prompt positions, one number a slot.
    public private(set) var encodedLengths: [Int]
    /// The slots of the sequences still running, in the order of a step's rows.
    public private(set) var activeSlots: [Int]
    /// The present step's rows.
    public private(set) var step = AttentionStep(spans: [], isCausal: true)
    /// What each running sequence sees of its encoded prompt in the present step.
    public private(set) var crossSpans: [AttentionSpan] = []
    /// The position of each row of the present step.
    public private(set) var positions: [Int] = []
    private let positionEncoding: any PositionEncoding
    public let workspace: Workspace

    /// - Parameters:
    ///   - caches: one a layer, with a slot for each sequence.
    ///   - pending: the encoded prompts, for an encoder–decoder.
    ///   - recurrent: what a recurrent model remembers, with a slot for each sequence.
    ///   - sequences: how many there are.
    ///   - positions: how the model tells places apart.
    ///   - workspace: the memory that steps compute in.
    public init(
        caches: [KeyValueCache], pending: PendingCrossAttention? = nil, recurrent: RecurrentState? = nil,
        sequences: Int, positions: any PositionEncoding, workspace: Workspace
    ) {
        selfCaches = caches
        self.recurrent = recurrent
        pendingCrossAttention = pending
        encodedLengths = pending?.lengths ?? Array(repeating: 0, count: sequences)
        positionEncoding = positions
        self.workspace = workspace
        lengths = Array(repeating: 0, count: sequences)
        activeSlots = Array(0..<sequences)
    }

    /// Lays out this step's rows, sequence after sequence: `count` rows for each that runs.
    public mutating func advance(by count: Int) { advance { _ in (count, 0) } }

    /// Lays out this step's rows, sequence after sequence: `counts` rows for each that runs, possibly none. `pending` is
    /// how many tokens of each will be read in the steps right after: parts of the same prompt.
    public mutating func advance(by counts: [Int], pending: [Int]? = nil) {
        advance { (counts[$0], pending?[$0] ?? 0) }
    }

    private mutating func advance(_ count: (Int) -> (now: Int, later: Int)) {
        step.spans.removeAll(keepingCapacity: true)
        step.runs.removeAll(keepingCapacity: true)
        crossSpans.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        var finalLengths: [Int] = []
        var offset = 0
        for (row, slot) in activeSlots.enumerated() {
            let (now, later) = count(row)
            guard now > 0 else { continue }
            for position in lengths[slot]..<lengths[slot] + now {
                positions.append(position)
                finalLengths.append(lengths[slot] + now + later)
            }
            lengths[slot] += now
            let span = AttentionSpan(queryOffset: offset, queryCount: now, slot: slot, keyCount: lengths[slot])
            step.spans.append(span)
            step.runs.append(CacheRun(of: span))
            crossSpans.append(
                AttentionSpan(queryOffset: offset, queryCount: now, slot: slot, keyCount: encodedLengths[slot]))
            offset += now
        }
        step.rotation = positionEncoding.rotation(positions: positions, lengths: finalLengths, workspace: workspace)
        let longest = lengths.max() ?? 0
        if longest > step.bias?.span ?? 0 { step.bias = positionEncoding.bias(span: max(64, 2 * longest)) }
    }

    /// Makes the keys and values of the encoded prompts, one cache for each layer.
    public mutating func fillCrossCaches(_ layers: [CrossAttention], beside type: WeightType) {
        guard let pending = pendingCrossAttention else { return }
        crossCaches = layers.map { pending.cache(of: $0, beside: type) }
        pendingCrossAttention = nil
    }

    /// Drops the sequences whose row is not wanted any more, and their caches' pages; the others keep their order.
    public mutating func keep(rows isKept: (Int) -> Bool) {
        var kept = 0
        for row in activeSlots.indices {
            let slot = activeSlots[row]
            if isKept(row) {
                activeSlots[kept] = slot
                kept += 1
            } else {
                for layer in selfCaches.indices { selfCaches[layer].clear(slot: slot) }
                for layer in crossCaches.indices { crossCaches[layer].clear(slot: slot) }
            }
        }
        activeSlots.removeLast(activeSlots.count - kept)
    }

    /// Row `i` goes on from what row `sources[i]` has read and decoded: beams that change places, or, with more sources
    /// than rows, continuations that share a prompt. What was computed is shared, not copied.
    ///
    /// - Precondition: each source is a running row.
    public mutating func reorder(beams sources: [Int]) {
        let slots = sources.map { activeSlots[$0] }
        for layer in selfCaches.indices { selfCaches[layer].select(slots) }
        for layer in crossCaches.indices { crossCaches[layer].select(slots) }
        recurrent?.select(slots)
        if var pending = pendingCrossAttention {
            pending.cache.select(slots)
            pending.prompts = slots.map { pending.prompts[$0] }
            pendingCrossAttention = pending
        }
        lengths = slots.map { lengths[$0] }
        encodedLengths = slots.map { encodedLengths[$0] }
        activeSlots = Array(slots.indices)
    }

    /// What gradients flow back to from a layer, besides its rows and its weights: the encoded prompts and the learned
    /// bias of positions, as far as there are any.
    package var differentiableInputs: [Tensor] { [pendingCrossAttention?.hidden, step.bias?.table].compactMap(\.self) }

    /// The same state with other ``differentiableInputs``, in the same order.
    package func replacing(differentiableInputs inputs: [Tensor]) -> DecoderState {
        var (result, inputs) = (self, inputs[...])
        if pendingCrossAttention != nil, let hidden = inputs.popFirst() {
            result.pendingCrossAttention?.hidden = hidden
        }
        if let bias = step.bias, let table = inputs.popFirst() {
            result.step.bias = DistanceBias(table: table, span: bias.span)
        }
        return result
    }

    /// Bytes of all caches and states.
    public var cacheByteCount: Int {
        (selfCaches + crossCaches).reduce(recurrent?.byteCount ?? 0) { $0 + $1.byteCount }
    }
}
