#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How much memory a process may hope for.
enum MemoryLimit {
    /// The machine's memory, or less where a container says so (Linux control groups, version 2 and 1).
    static var bytes: Int {
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        return files.reduce(physical) { least, path in
            guard let data = try? Data(contentsOf: URL(filePath: path)) else { return least }
            // “max” is not a number: no limit.
            let digits = String(decoding: data, as: UTF8.self).prefix { $0.isNumber }
            return min(least, Int(digits) ?? least)
        }
    }

    /// The part of `wanted` that can be had. The system is asked too: it may refuse less than the machine has, by a
    /// limit on the process or because it promises only what there is.
    static func obtainable(of wanted: Int) -> Int {
        var part = min(wanted, bytes)
        while part > 1 << 20 && !canMap(part) { part /= 2 }
        return part
    }

    /// Whether so much memory can be mapped at once. Pages that nobody touches cost nothing.
    private static func canMap(_ count: Int) -> Bool {
        let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let memory, memory != MAP_FAILED else { return false }
        munmap(memory, count)
        return true
    }
}
