import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Memory of this process.
enum Heap {
    /// Bytes in use, those in mappings of their own included, by the C library's `malloc_info`: the sums that
    /// `mallinfo2` gives, in a form that Swift can call. 0 where there is no such thing.
    static var bytes: Int {
        #if canImport(Glibc)
            typealias Report = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
            guard let symbol = dlsym(nil, "malloc_info") else { return 0 }
            var text: UnsafeMutablePointer<CChar>?
            var length = 0
            guard let stream = open_memstream(&text, &length) else { return 0 }
            let status = unsafeBitCast(symbol, to: Report.self)(0, stream)
            fclose(stream)
            defer { free(text) }
            guard status == 0, let text else { return 0 }
            let report = String(cString: text)
            return last("<system type=\"current\"", report) + last("<total type=\"mmap\"", report)
                - last("<total type=\"fast\"", report) - last("<total type=\"rest\"", report)
        #else
            return 0
        #endif
    }

    /// The size in the last line that begins so: that of all arenas together.
    private static func last(_ beginning: String, _ report: String) -> Int {
        let line = report.split(separator: "\n").last { $0.hasPrefix(beginning) } ?? ""
        let size = line.split(separator: " ").first { $0.hasPrefix("size=") } ?? ""
        return Int(size.split(separator: "\"").dropFirst().first ?? "") ?? 0
    }

    static var peakResidentBytes: Int {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }
}
