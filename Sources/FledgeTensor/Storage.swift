import CFledgeKernels

/// The bytes behind tensors: memory of its own, or somebody else's (a mapped file) kept alive by `owner`.
package final class Storage: @unchecked Sendable {
    package let pointer: UnsafeMutableRawPointer
    package let byteCount: Int
    /// Where results computed from this storage take their memory from.
    package let workspace: WorkspaceCore?
    private let owner: AnyObject?
    private let arena: MemoryArena?

    /// Zeroed memory.
    ///
    /// - Precondition: the system has the memory.
    package init(byteCount: Int, workspace: WorkspaceCore? = nil) {
        guard let memory = fledge_allocate(byteCount) else {
            preconditionFailure("out of memory: \(byteCount) bytes")
        }
        pointer = memory
        self.byteCount = byteCount
        self.workspace = workspace
        arena = nil
        owner = nil
    }

    /// Memory with arbitrary contents, from the engine's arena.
    ///
    /// - Precondition: the system has the memory.
    package init(uninitialized byteCount: Int, workspace: WorkspaceCore? = nil, engine: Engine) {
        pointer = engine.arena.take(byteCount)
        self.byteCount = byteCount
        self.workspace = workspace
        arena = engine.arena
        owner = nil
    }

    /// Read-only bytes that `owner` keeps in place.
    package init(mapped pointer: UnsafeRawPointer, byteCount: Int, owner: AnyObject) {
        self.pointer = UnsafeMutableRawPointer(mutating: pointer)
        self.byteCount = byteCount
        self.owner = owner
        arena = nil
        workspace = nil
    }

    /// Whether the bytes may be written at all.
    package var isWritable: Bool { owner == nil }

    /// Lets the system drop the pages of a mapped file that lie wholly within.
    func dropPages() { dropPages(of: pointer, byteCount: byteCount) }

    /// Lets the system drop the pages that lie wholly within a part of a mapped file's storage.
    func dropPages(of start: UnsafeRawPointer, byteCount: Int) {
        guard !isWritable else { return }
        fledge_drop_pages(start, byteCount)
    }

    deinit {
        if let arena {
            arena.give(pointer, byteCount)
        } else if owner == nil {
            fledge_deallocate(pointer, byteCount)
        }
    }
}

/// Memory that one computation uses again and again.
///
/// A result takes its memory from the workspace of its first operand, and a workspace hands out a block again as soon
/// as no tensor refers to it: after the first step of a loop nothing is allocated any more, and a tensor that somebody
/// keeps is simply never reused. One workspace serves one computation at a time; the blocks go when it goes.
public final class Workspace: Sendable {
    package let core: WorkspaceCore

    public init(engine: Engine = .shared) { core = WorkspaceCore(engine: engine) }

    deinit { core.close() }

    /// The engine that computes on this workspace's tensors.
    public var engine: Engine { core.engine }
}

/// The part of a workspace that its tensors refer to.
package final class WorkspaceCore: @unchecked Sendable {
    package let engine: Engine
    private let lock: UnsafeMutablePointer<UInt8>
    // Both under `lock`. Blocks refer back here; the owner's `close` breaks that circle.
    private var blocks: [Storage] = []
    private var isClosed = false

    init(engine: Engine) {
        self.engine = engine
        lock = .allocate(capacity: 1)
        lock.initialize(to: 0)
    }

    deinit { lock.deallocate() }

    func close() {
        while !fledge_try_lock(lock) {}
        isClosed = true
        blocks.removeAll()
        fledge_unlock(lock)
    }

    /// A block of at least `byteCount` bytes with arbitrary contents, the smallest free one that is large enough.
    package func storage(byteCount: Int) -> Storage {
        guard fledge_try_lock(lock) else {
            return Storage(uninitialized: byteCount, workspace: self, engine: engine)
        }
        defer { fledge_unlock(lock) }
        var best = -1
        for index in blocks.indices where blocks[index].byteCount >= byteCount {
            if best >= 0 && blocks[index].byteCount >= blocks[best].byteCount { continue }
            if isKnownUniquelyReferenced(&blocks[index]) { best = index }
        }
        // A block far too large is left for what needs it.
        if best >= 0 && blocks[best].byteCount <= max(4096, byteCount * 4) { return blocks[best] }
        let made = Storage(uninitialized: byteCount + byteCount / 8, workspace: self, engine: engine)
        if !isClosed { blocks.append(made) }
        return made
    }
}
