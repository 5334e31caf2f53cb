#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Standard output, standard error and the process.
enum Terminal {
    static var outputIsTerminal: Bool { isatty(1) == 1 }

    /// Whether standard output is a terminal whose user has nothing against colours (no-color.org).
    static var outputIsColored: Bool {
        let wish = ProcessInfo.processInfo.environment["NO_COLOR"] ?? ""
        return outputIsTerminal && wish.isEmpty
    }

    /// Writes to standard output. Ends the process where that is not possible: quietly when nobody reads any more,
    /// with an error when it cannot be written.
    static func output(_ text: String) {
        let code = write(text, to: 1)
        if code == 0 { return }
        if code == EPIPE { exit(128 + SIGPIPE) }
        error("error: standard output cannot be written: \(String(cString: strerror(code))); free space there\n")
        exit(Failure.inputOutput)
    }

    static func error(_ text: String) { _ = write(text, to: 2) }

    /// Writes all of the text, however little the other side takes at a time; returns the error number, 0 for none.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeBufferPointer(rebasing: rest)
                #if canImport(Darwin)
                    let written = Darwin.write(descriptor, part.baseAddress, part.count)
                #elseif canImport(Glibc)
                    let written = Glibc.write(descriptor, part.baseAddress, part.count)
                #else
                    let written = Musl.write(descriptor, part.baseAddress, part.count)
                #endif
                if written < 0 && errno == EINTR { continue }
                if written < 0 { return errno }
                rest = rest.dropFirst(written)
            }
            return 0
        }
    }

    static func exit(_ code: Int32) -> Never {
        // Nothing of ours is buffered, and threads that spin for work need not be waited for.
        _exit(code)
    }

    /// Prints a value as one JSON object with `snake_case` keys.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        output(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    /// The largest resident set of this process so far, in bytes.
    static var peakMemoryBytes: Int {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }

    /// The whole of a text file, or of standard input for `-`.
    ///
    /// - Throws: ``UserError``.
    static func readText(_ path: String) throws(UserError) -> String {
        let name = path == "-" ? "standard input" : path
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor > 0 { close(descriptor) } }
        guard descriptor >= 0, let bytes = contents(of: descriptor) else {
            let reason =
                errno == ENOENT
                ? "there is no such file; check the path"
                : "cannot be read as a file; give a text file that you may read"
            throw .missingInput("\(name): \(reason)")
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw .badData("\(name): is not UTF-8 text; convert it first, for example with iconv -t UTF-8")
        }
        return text
    }

    /// All bytes of a file, pipe or terminal; nil for an error.
    private static func contents(of descriptor: Int32) -> Data? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { return data }
            data.append(contentsOf: buffer[..<count])
        }
    }

    /// A byte count for people.
    static func megabytes(_ bytes: Int) -> String {
        bytes < 10_000_000 ? "\((bytes + 500) / 1000) kB" : "\((bytes + 500_000) / 1_000_000) MB"
    }

    /// A number with a fixed count of decimals.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let rounded = (value * scale).rounded()
        if decimals == 0 { return String(Int(rounded)) }
        let whole = Int(rounded.magnitude / scale)
        let rest = Int(rounded.magnitude) - whole * Int(scale)
        let digits = String(rest)
        let zeros = String(repeating: "0", count: max(0, decimals - digits.count))
        return (rounded < 0 ? "-" : "") + "\(whole).\(zeros)\(digits)"
    }
}
