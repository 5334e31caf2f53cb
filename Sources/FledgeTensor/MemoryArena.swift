import CFledgeKernels

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where results take their memory from, and where they leave it to the next ones: fresh memory from the system costs as
/// much time as filling it.
///
/// One stretch of addresses, of which only what has been written to takes memory. A block takes the smallest gap that
/// holds it, the lowest of those, and leaves a gap that grows together with its neighbours:
///
/// ```
/// base                                          top                    end of the reservation
/// ├─ block ─┤── gap ──├─ block ─┤─ block ─┤─gap─┤····· never touched ·····┤
/// ```
///
/// So the steps of a training run, which need the same blocks in the same order, find them in the same places, and batches
/// of ever-changing lengths do not pile up blocks that fit none of them.
package final class MemoryArena: @unchecked Sendable {
    /// Bytes of gaps that stay in memory. Set before threads share the arena.
    var limit = 256 << 20
    /// Smaller blocks are the C library's.
    private static let smallest = 64 << 10
    private static let granule = 4096
    private let lock: UnsafeMutablePointer<UInt8>
    // All under `lock`.
    private var base: UnsafeMutableRawPointer?
    private var reserved = 0
    private var isReserved = false
    private var top = 0
    /// Free stretches by address, none of them next to another.
    private var gaps: [Gap] = []
    /// Bytes of gaps that are in memory.
    private var keptBytes = 0

    private struct Gap {
        var start: Int
        var end: Int
        /// How much of it has not been given back to the system.
        var keptBytes: Int
        var count: Int { end - start }
    }

    init() {
        lock = .allocate(capacity: 1)
        lock.initialize(to: 0)
    }

    deinit {
        if let base { fledge_release(base, reserved) }
        lock.deallocate()
    }

    /// At least `byteCount` bytes with arbitrary contents.
    ///
    /// - Precondition: the system has the memory.
    func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let place = byteCount < MemoryArena.smallest ? nil : locked { take(rounded: MemoryArena.rounded(byteCount)) }
        guard let memory = place ?? fledge_allocate(byteCount) else {
            preconditionFailure("out of memory: \(byteCount) bytes")
        }
        return memory
    }

    /// Takes a block back.
    func give(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        let isOurs = byteCount >= MemoryArena.smallest && locked { give(back: pointer, MemoryArena.rounded(byteCount)) }
        if !isOurs { fledge_deallocate(pointer, byteCount) }
    }

    private static func rounded(_ byteCount: Int) -> Int { (byteCount + granule - 1) / granule * granule }

    private func take(rounded count: Int) -> UnsafeMutableRawPointer? {
        if !isReserved {
            isReserved = true
            reserved = Int(clamping: ProcessInfo.processInfo.physicalMemory)
            base = fledge_reserve(reserved)
        }
        guard let base else { return nil }
        var best = -1
        for index in gaps.indices where gaps[index].count >= count {
            if best < 0 || gaps[index].count < gaps[best].count { best = index }
        }
        if best < 0 {
            // The last gap grows, or there is a new one.
            let start = gaps.last.map { $0.end == top ? $0.start : top } ?? top
            guard count <= reserved - start else { return nil }
            if start == top { gaps.append(Gap(start: top, end: top, keptBytes: 0)) }
            best = gaps.count - 1
            top = start + count
            gaps[best].end = top
        }
        let start = gaps[best].start
        let kept = min(count, gaps[best].keptBytes)
        gaps[best].start += count
        gaps[best].keptBytes -= kept
        keptBytes -= kept
        if gaps[best].count == 0 { gaps.remove(at: best) }
        return base + start
    }

    private func give(back pointer: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        guard let base, pointer >= base, pointer < base + reserved else { return false }
        let isKept = keptBytes + count <= limit
        if isKept { keptBytes += count } else { fledge_drop_pages(pointer, count) }
        let start = pointer - base
        insert(Gap(start: start, end: start + count, keptBytes: isKept ? count : 0))
        return true
    }

    private func insert(_ gap: Gap) {
        var (low, high) = (0, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].start < gap.start { low = middle + 1 } else { high = middle }
        }
        var gap = gap
        if low < gaps.count, gaps[low].start == gap.end {
            gap.end = gaps[low].end
            gap.keptBytes += gaps[low].keptBytes
            gaps.remove(at: low)
        }
        if low > 0, gaps[low - 1].end == gap.start {
            gaps[low - 1].end = gap.end
            gaps[low - 1].keptBytes += gap.keptBytes
        } else {
            gaps.insert(gap, at: low)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        while !fledge_try_lock(lock) {}
        defer { fledge_unlock(lock) }
        return body()
    }
}
