public import FledgeTensor

/// An encoded prompt batch whose keys and values have not been made yet.
///
/// The first decoded token attends to the hidden states themselves (see ``Tensor/projectedBack(_:columns:heads:)``),
/// which is far less work than making all keys and values for one token; the second token makes them.
public struct PendingCrossAttention: Sendable {
    /// `[positions of all prompts, width]`.
    public let hidden: Tensor
    /// The same, as keys and as values of one head as wide as the model.
    public let cache: KeyValueCache

    public init(hidden: Tensor, cache: KeyValueCache) {
        self.hidden = hidden
        self.cache = cache
    }
}

/// Everything that a generation keeps between two steps: the caches of every layer, which sequences are still running
/// and how far they are, and the memory that steps compute in.
///
/// Memory is taken once, when the state is made. A loaded model is shared; each generation has a state of its own.
public struct DecoderState: Sendable {
    /// Self-attention, one cache a layer, one slot a sequence.
    public var selfCaches: [KeyValueCache]
    /// Keys and values of the encoded prompt, one cache a layer; empty for decoder-only models.
    public var crossCaches: [KeyValueCache]
    /// Set until ``crossCaches`` are filled.
    public var pendingCrossAttention: PendingCrossAttention?
    /// Tokens decoded so far, one number a slot.
    public private(set) var lengths: [Int]
    /// Encoded prompt positions, one number a slot.
    public let encodedLengths: [Int]
    /// The slots of the sequences still running, in the order of a step's rows.
    public private(set) var activeSlots: [Int]
    /// The first and the number of rows of each running sequence in the present step.
    public private(set) var selfSpans: [AttentionSpan] = []
    public private(set) var crossSpans: [AttentionSpan] = []
    private let relativeBias: RelativePositionBias?
    /// The self-attention's bias by distance, if the model has one, for ``capacity`` positions.
    public private(set) var selfBias: DistanceBias?
    /// Tokens that a slot has room for.
    public private(set) var capacity: Int
    public let workspace: Workspace

    public init(
        selfCaches: [KeyValueCache], crossCaches: [KeyValueCache], encodedLengths: [Int],
        relativeBias: RelativePositionBias? = nil, capacity: Int, workspace: Workspace
    ) {
        self.selfCaches = selfCaches
        self.crossCaches = crossCaches
        self.encodedLengths = encodedLengths
        self.relativeBias = relativeBias
        selfBias = relativeBias?.table(span: max(1, capacity))
        self.capacity = capacity
        self.workspace = workspace
        lengths = Array(repeating: 0, count: encodedLengths.count)
        activeSlots = Array(encodedLengths.indices)
        selfSpans.reserveCapacity(lengths.count)
        crossSpans.reserveCapacity(lengths.count)
    }

    /// Makes room for the next `count` tokens of every running sequence and lays out this step's rows: sequence after
    /// sequence, `count` rows each. What was there at least doubles when it does not suffice.
    public mutating func advance(by count: Int) {
        let needed = (lengths.max() ?? 0) + count
        if needed > capacity { grow(to: max(needed, 2 * capacity)) }
        selfSpans.removeAll(keepingCapacity: true)
        crossSpans.removeAll(keepingCapacity: true)
        for (row, slot) in activeSlots.enumerated() {
            lengths[slot] += count
            let offset = row * count
            selfSpans.append(
                AttentionSpan(queryOffset: offset, queryCount: count, slot: slot, keyCount: lengths[slot]))
            crossSpans.append(
                AttentionSpan(queryOffset: offset, queryCount: count, slot: slot, keyCount: encodedLengths[slot]))
        }
    }

    /// Makes room for a number of tokens in every slot. O(bytes of the caches).
    private mutating func grow(to newCapacity: Int) {
        capacity = newCapacity
        for index in selfCaches.indices { selfCaches[index].grow(to: capacity, engine: workspace.engine) }
        selfBias = relativeBias?.table(span: capacity)
    }

    /// Drops the sequences whose row is not wanted any more; the others keep their order.
    public mutating func keep(rows isKept: (Int) -> Bool) {
        var kept = 0
        for row in activeSlots.indices where isKept(row) {
            activeSlots[kept] = activeSlots[row]
            kept += 1
        }
        activeSlots.removeLast(activeSlots.count - kept)
    }

    /// Beam search: row `i` goes on from what row `sources[i]` has decoded.
    ///
    /// - Precondition: every sequence still runs; rows that exchange sequences share a prompt.
    public mutating func reorder(beams sources: [Int]) {
        precondition(activeSlots.elementsEqual(lengths.indices), "reordering needs every sequence running")
        for index in selfCaches.indices { selfCaches[index].reorder(sources) }
        lengths = sources.map { lengths[$0] }
    }

    /// Bytes of all caches.
    public var cacheByteCount: Int { (selfCaches + crossCaches).reduce(0) { $0 + $1.byteCount } }
}
