#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a log cannot be written or read.
public struct ReportError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    init(_ path: String, _ code: Int32) {
        self.path = path
        reason = String(cString: strerror(code))
    }

    public var description: String { "\(path): the log cannot be kept: \(reason); check the folder and the free space" }
}

/// What all reports need of the system and of JSON.
enum ReportFile {
    /// Creates the directory and those above it.
    static func createDirectory(_ path: String) throws(ReportError) {
        if mkdir(path, 0o777) == 0 { return }
        let code = errno
        if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try createDirectory(String(path[..<slash]))
            if mkdir(path, 0o777) == 0 { return }
        }
        guard CheckpointFiles.isDirectory(path) else { throw ReportError(path, code) }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(ReportError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
                let count = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Glibc)
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes { Musl.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw ReportError(path, errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// A file's bytes, nil where there is none.
    static func contents(_ path: String) throws(ReportError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw ReportError(path, errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw ReportError(path, errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// The shortest digits that give the number back, integers without a fraction.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    /// A number with a fixed count of decimals.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<min(decimals, 6) { scale *= 10 }
        let rounded = (abs(value) * scale).rounded()
        let whole = Int(rounded / scale)
        let rest = String(Int(rounded) - whole * Int(scale))
        let sign = value < 0 && rounded > 0 ? "-" : ""
        if decimals <= 0 { return sign + String(whole) }
        return "\(sign)\(whole).\(String(repeating: "0", count: max(0, min(decimals, 6) - rest.count)))\(rest)"
    }
}
