/// Puts documents together and cuts them into blocks.
struct DocumentPacker {
    let packing: Packing?
    /// What has not filled a block yet.
    private(set) var state: State

    /// The tokens that wait for more, as they are saved with a position.
    struct State: Sendable, Equatable, Codable {
        var ids: [Int] = []
        /// As many as ids, or none if the documents have none.
        var groupIDs: [Int] = []
        /// Where documents begin, beside the beginning of ``ids``.
        var starts: [Int] = []
        /// The number of the next group.
        var nextGroup = 0
    }

    /// Whether a state that was read from a checkpoint, which may be damaged, can be one.
    static func isPossible(_ state: State) -> Bool {
        (state.groupIDs.isEmpty || state.groupIDs.count == state.ids.count)
            && state.starts.allSatisfy { 0..<state.ids.count ~= $0 } && state.starts == state.starts.sorted()
            && 0..<1 << 60 ~= state.nextGroup
    }

    init(packing: Packing?, state: State = State()) {
        self.packing = packing
        self.state = state
    }

    /// Takes a document.
    ///
    /// - Returns: the rows that are full now. A row is a block: one document, or several that do not see each other.
    mutating func append(_ document: TokenizedDocument) -> [[TokenizedDocument]] {
        guard let packing else { return [[document]] }
        if !state.ids.isEmpty { state.starts.append(state.ids.count) }
        append(ids: document.ids, groups: document.groupIDs)
        if let separator = packing.separator { append(ids: [separator], groups: document.groupIDs.map { _ in [-1] }) }
        return takeBlocks(of: packing.length, packing)
    }

    /// The rows that are left at the end of the data.
    mutating func finish() -> [[TokenizedDocument]] {
        defer { state = State() }
        guard let packing, packing.keepsRemainder, !state.ids.isEmpty else { return [] }
        return takeBlocks(of: state.ids.count, packing)
    }

    private mutating func append(ids: [Int], groups: [Int]?) {
        state.ids += ids
        guard let groups else { return }
        var next = state.nextGroup
        for group in groups {
            state.groupIDs.append(group < 0 ? -1 : state.nextGroup + group)
            next = max(next, state.nextGroup + group + 1)
        }
        state.nextGroup = next
    }

    private mutating func takeBlocks(of length: Int, _ packing: Packing) -> [[TokenizedDocument]] {
        let count = state.ids.count / length
        guard count > 0 else { return [] }
        var rows: [[TokenizedDocument]] = []
        var start = state.starts[...]
        for block in 0..<count {
            let range = block * length..<(block + 1) * length
            while start.first == range.lowerBound { start.removeFirst() }
            var cuts = [range.lowerBound]
            while let next = start.first, next < range.upperBound {
                if next > cuts[cuts.count - 1] { cuts.append(next) }
                start.removeFirst()
            }
            if packing.attention == .wholeBlock { cuts = [range.lowerBound] }
            cuts.append(range.upperBound)
            rows.append(zip(cuts, cuts.dropFirst()).map { document($0..<$1) })
        }
        let taken = count * length
        state.ids.removeFirst(taken)
        if !state.groupIDs.isEmpty { state.groupIDs.removeFirst(taken) }
        state.starts = start.map { $0 - taken }.filter { $0 > 0 }
        if state.ids.isEmpty { state.nextGroup = 0 }
        return rows
    }

    private func document(_ range: Range<Int>) -> TokenizedDocument {
        TokenizedDocument(
            ids: Array(state.ids[range]), groupIDs: state.groupIDs.isEmpty ? nil : Array(state.groupIDs[range]))
    }
}
