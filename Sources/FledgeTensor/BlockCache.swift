import CFledgeKernels

/// Large blocks that finished computations leave to the next one: fresh memory from the system costs as much time as
/// filling it.
///
/// Blocks that nobody has wanted for longest go back to the system as soon as those in use and those kept together
/// would be more than what was ever in use at once, and a sixteenth: batches of ever-changing lengths do not pile up
/// blocks that fit none of them.
package final class BlockCache: @unchecked Sendable {
    typealias Block = (pointer: UnsafeMutableRawPointer, byteCount: Int)

    /// Bytes that are kept at most. Set before threads share the cache.
    var limit = 256 << 20
    private static let countLimit = 4096
    private let lock: UnsafeMutablePointer<UInt8>
    // All under `lock`.
    /// Kept ones, the oldest first.
    private var blocks: [Block] = []
    private var keptBytes = 0
    private var usedBytes = 0
    private var mostUsedBytes = 0

    init() {
        lock = .allocate(capacity: 1)
        lock.initialize(to: 0)
        blocks.reserveCapacity(256)
    }

    deinit {
        for block in blocks { fledge_deallocate(block.pointer, block.byteCount) }
        lock.deallocate()
    }

    /// A block of at least `byteCount` bytes and at most half as many again, new if there is none.
    func take(_ byteCount: Int) -> Block {
        let (found, tooMany) = locked { () -> (Block?, [Block]) in
            if let kept = keptBlock(byteCount) {
                use(kept.byteCount)
                return (kept, [])
            }
            use(byteCount)
            return (nil, oldBlocks(above: mostUsedBytes + mostUsedBytes / 16))
        }
        for block in tooMany { fledge_deallocate(block.pointer, block.byteCount) }
        if let found { return found }
        guard let memory = fledge_allocate(byteCount) else { preconditionFailure("out of memory: \(byteCount) bytes") }
        return (memory, byteCount)
    }

    /// Keeps the block, or returns it to the system if that would be too much.
    func give(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        let isKept = locked {
            usedBytes -= byteCount
            guard keptBytes + byteCount <= limit && blocks.count < BlockCache.countLimit else { return false }
            blocks.append((pointer, byteCount))
            keptBytes += byteCount
            return true
        }
        if !isKept { fledge_deallocate(pointer, byteCount) }
    }

    /// Takes the oldest blocks out, until those left and those in use are no more than `allowed` bytes.
    private func oldBlocks(above allowed: Int) -> [Block] {
        var count = 0
        while usedBytes + keptBytes > allowed, count < blocks.count {
            keptBytes -= blocks[count].byteCount
            count += 1
        }
        defer { blocks.removeFirst(count) }
        return Array(blocks.prefix(count))
    }

    private func use(_ byteCount: Int) {
        usedBytes += byteCount
        mostUsedBytes = max(mostUsedBytes, usedBytes)
    }

    /// The smallest of the kept blocks that will do.
    private func keptBlock(_ byteCount: Int) -> Block? {
        var best = -1
        for index in blocks.indices {
            let size = blocks[index].byteCount
            guard size >= byteCount, size <= byteCount + byteCount / 2 + 4096 else { continue }
            if best < 0 || size < blocks[best].byteCount { best = index }
        }
        guard best >= 0 else { return nil }
        keptBytes -= blocks[best].byteCount
        return blocks.remove(at: best)
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        while !fledge_try_lock(lock) {}
        defer { fledge_unlock(lock) }
        return body()
    }
}
