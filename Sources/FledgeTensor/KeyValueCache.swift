package import CFledgeKernels

/// Keys and values of one attention layer, in pages of ``pageLength`` positions and in the layout that attention
/// multiplies with (drawn in CFledgeKernels.h).
///
/// A slot holds one sequence and grows a page at a time; nothing moves. Slots may share pages: a prompt that several
/// continuations go on from is there once, and a page is copied only when one of its owners writes to it. A cache is a
/// value: a copy shares all pages with the original in the same way.
public struct KeyValueCache: Sendable {
    /// Positions of a page.
    public static let pageLength = Int(FLEDGE_PAGE)

    public let heads: Int
    public let headWidth: Int
    public private(set) var slots: Int
    private let type: fledge_type
    private let engine: Engine
    /// `pagesPerSlot` places a slot, nil where there is no page yet.
    private var pages: [Storage?]
    /// The addresses of ``pages``, as the kernels want them.
    private nonisolated(unsafe) var addresses: [UnsafeMutableRawPointer?]
    private var pagesPerSlot = 1

    /// An empty cache of the type that goes with weights of a type.
    public init(slots: Int, heads: Int, headWidth: Int, beside weights: WeightType, engine: Engine = .shared) {
        self.slots = slots
        self.heads = heads
        self.headWidth = headWidth
        self.engine = engine
        type = weights.cacheType
        pages = Array(repeating: nil, count: slots)
        addresses = Array(repeating: nil, count: slots)
    }

    private var pageBytes: Int { fledge_page_bytes(type, heads, headWidth) }

    /// Bytes of all pages, shared ones counted once.
    public var byteCount: Int { Set(pages.compactMap { $0.map(ObjectIdentifier.init) }).count * pageBytes }

    /// Positions that a slot has room for without another page.
    public func capacity(ofSlot slot: Int) -> Int {
        let own = pages[slot * pagesPerSlot..<(slot + 1) * pagesPerSlot]
        return own.prefix { $0 != nil }.count * KeyValueCache.pageLength
    }

    package func withDescriptor<Result>(_ body: (fledge_cache) -> Result) -> Result {
        addresses.withUnsafeBufferPointer { addresses in
            body(
                fledge_cache(
                    type: type, heads: heads, head_width: headWidth, pages_per_slot: pagesPerSlot,
                    pages: addresses.baseAddress))
        }
    }

    /// Writes rows of keys and values: `keys` and `values` are `[rows, heads · headWidth]`, possibly slices of something
    /// wider with equal strides; each of `runs` says which of their rows go where.
    ///
    /// - Precondition: the slots and the rows exist, and no slot is skipped over: a run begins where its slot's content
    ///   ends, or before.
    /// - Complexity: O(rows written), and a copy of each page that another slot or cache has a part in.
    public mutating func write(_ runs: [CacheRun], keys newKeys: Tensor, values newValues: Tensor) {
        precondition(
            newKeys.strides[1] == 1 && newKeys.strides[0] == newValues.strides[0]
                && newKeys.shape[1] == heads * headWidth,
            "keys \(newKeys.shape) and values \(newValues.shape) for \(heads) heads of width \(headWidth)")
        for run in runs where run.rows.count > 0 {
            precondition(
                run.slot >= 0 && run.slot < slots && run.position >= 0 && run.rows.upperBound <= newKeys.shape[0],
                "rows \(run.rows) of \(newKeys.shape) for position \(run.position) of slot \(run.slot) of \(slots)")
            prepare(slot: run.slot, positions: run.position..<run.position + run.rows.count)
        }
        withDescriptor { descriptor in
            withUnsafePointer(to: descriptor) { descriptor in
                runs.withUnsafeBytes { bytes in
                    fledge_cache_write(
                        newKeys.engine.kernels, newKeys.engine.pool, descriptor,
                        bytes.baseAddress?.assumingMemoryBound(to: fledge_cache_rows.self), runs.count,
                        newKeys.floats, newValues.floats, newKeys.strides[0])
                }
            }
        }
        withExtendedLifetime((newKeys, newValues)) {}
    }

    /// Makes pages for positions that are to be written, none of which belongs to anybody else.
    private mutating func prepare(slot: Int, positions: Range<Int>) {
        let length = KeyValueCache.pageLength
        let last = (positions.upperBound - 1) / length
        if last >= pagesPerSlot { widen(to: max(last + 1, pagesPerSlot * 2)) }
        for page in positions.lowerBound / length...last {
            let index = slot * pagesPerSlot + page
            if isKnownUniquelyReferenced(&pages[index]) { continue }
            precondition(page == 0 || pages[index - 1] != nil, "positions \(positions) leave out a page")
            let made = Storage(uninitialized: pageBytes, engine: engine)
            if let shared = pages[index] { made.pointer.copyMemory(from: shared.pointer, byteCount: pageBytes) }
            put(made, at: index)
        }
    }

    private mutating func put(_ page: Storage, at index: Int) {
        pages[index] = page
        addresses[index] = page.pointer
    }

    /// Makes places for more pages a slot. O(places); no page moves.
    private mutating func widen(to count: Int) {
        var wider: [Storage?] = Array(repeating: nil, count: slots * count)
        for slot in 0..<slots {
            for page in 0..<pagesPerSlot { wider[slot * count + page] = pages[slot * pagesPerSlot + page] }
        }
        pagesPerSlot = count
        pages = wider
        addresses = pages.map { $0?.pointer }
    }

    /// Makes slot `i` what slot `sources[i]` was, for as many slots as there are sources: beams that change places, a
    /// prompt that several continuations share. O(places); no page moves.
    ///
    /// - Precondition: each source is an existing slot.
    public mutating func select(_ sources: [Int]) {
        precondition(sources.allSatisfy { $0 >= 0 && $0 < slots }, "slots \(sources) of \(slots)")
        if sources.count == slots && sources.elementsEqual(0..<slots) { return }
        pages = sources.flatMap { pages[$0 * pagesPerSlot..<($0 + 1) * pagesPerSlot] }
        addresses = pages.map { $0?.pointer }
        slots = sources.count
    }

    /// Gives up a slot's pages: its sequence is over.
    public mutating func clear(slot: Int) {
        for index in slot * pagesPerSlot..<(slot + 1) * pagesPerSlot {
            pages[index] = nil
            addresses[index] = nil
        }
    }
}

/// Rows of keys and values on their way into a cache.
public struct CacheRun: Sendable {
    private let run: fledge_cache_rows

    /// The tensors' rows `rows` go to `position` and after of `slot`.
    public init(rows: Range<Int>, slot: Int, position: Int) {
        run = fledge_cache_rows(row: rows.lowerBound, count: rows.count, slot: slot, position: position)
    }

    /// The rows that a span's queries are made from, which are the last of the keys that it sees.
    public init(of span: AttentionSpan) {
        let first = span.queryOffset
        self.init(rows: first..<first + span.queryCount, slot: span.slot, position: span.keyCount - span.queryCount)
    }

    public var rows: Range<Int> { run.row..<run.row + run.count }
    public var slot: Int { run.slot }
    public var position: Int { run.position }
}
