public import FledgeNN
public import FledgeTensor

/// Token ids to the rows that a stack of blocks begins with.
public struct Embedding: Sendable {
    /// `[vocabulary, width]`, as it lies in the file: rows are converted as they are looked up.
    public let tokens: Tensor
    /// `[segments, width]`, for models that tell two texts apart.
    public var segments: Tensor?
    /// Multiplies the tokens' rows.
    public var scale: Float = 1
    public var positions: any PositionEncoding
    public var norm: Norm?
    /// A token that has the position before the first wherever it stands, and is not counted in the positions of
    /// others: RoBERTa's padding token.
    public var uncountedToken: Int?

    public init(
        tokens: Tensor, segments: Tensor? = nil, scale: Float = 1, positions: any PositionEncoding, norm: Norm? = nil
    ) {
        self.tokens = tokens
        self.segments = segments
        self.scale = scale
        self.positions = positions
        self.norm = norm
    }

    /// `[ids, width]`. `segmentIDs` is empty for all 0.
    func callAsFunction(
        _ ids: [Int], positions places: [Int], segmentIDs: [Int] = [], workspace: Workspace
    ) -> Tensor {
        var hidden = tokens.gatheredRows(ids, in: workspace)
        if scale != 1 { hidden = hidden * scale }
        if let segments {
            let rows = segmentIDs.isEmpty ? Array(repeating: 0, count: ids.count) : segmentIDs
            hidden = hidden + segments.gatheredRows(rows, like: hidden)
        }
        hidden = positions.embed(hidden, positions: counted(places, of: ids))
        return norm?(hidden) ?? hidden
    }

    private func counted(_ places: [Int], of ids: [Int]) -> [Int] {
        guard let uncountedToken, ids.contains(uncountedToken) else { return places }
        var uncounted = 0
        return zip(places, ids).map { place, id in
            if place == 0 { uncounted = 0 }
            if id == uncountedToken { uncounted += 1 }
            return id == uncountedToken ? -1 : place - uncounted
        }
    }
}

/// Sequences that go through a stack at once, one after the other, without padding.
struct SequenceBatch {
    let ids: [Int]
    let segmentIDs: [Int]
    let positions: [Int]
    let spans: [AttentionSpan]
    let longest: Int
    private let lengths: [Int]

    init(_ sequences: ArraySlice<TokenSequence>) {
        var (ids, segments, positions): ([Int], [Int], [Int]) = ([], [], [])
        var spans: [AttentionSpan] = []
        var lengths: [Int] = []
        for (slot, sequence) in sequences.enumerated() {
            let count = sequence.ids.count
            spans.append(AttentionSpan(queryOffset: ids.count, queryCount: count, slot: slot, keyCount: count))
            ids += sequence.ids
            segments += sequence.typeIDs.isEmpty ? Array(repeating: 0, count: count) : sequence.typeIDs
            positions += 0..<count
            lengths += repeatElement(count, count: count)
        }
        self.ids = ids
        segmentIDs = segments
        self.positions = positions
        self.spans = spans
        self.lengths = lengths
        longest = sequences.map(\.ids.count).max() ?? 0
    }

    /// What a stack needs to know.
    func step(isCausal: Bool, positions encoding: any PositionEncoding, workspace: Workspace) -> AttentionStep {
        AttentionStep(
            spans: spans, isCausal: isCausal, bias: encoding.bias(span: max(1, longest)),
            rotation: encoding.rotation(positions: positions, lengths: lengths, workspace: workspace))
    }
}
