#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
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
}
