#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open file of a run, closed when it is released.
final class RunFile {
    let path: String
    private let descriptor: Int32

    /// Opens a file for reading.
    ///
    /// - Throws: ``RunError/unreadable(file:reason:)``.
    init(reading path: String) throws(RunError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: RunFile.reason) }
    }

    /// Opens a file for reading and appending, and creates it if there is none. Nobody else can do so until it is closed.
    ///
    /// - Returns: nil if somebody else has it open so.
    /// - Throws: ``RunError/unwritable(file:reason:)``.
    init?(appendingTo path: String) throws(RunError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: RunFile.reason) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
        if errno == EWOULDBLOCK { return nil }
        throw .unwritable(file: path, reason: RunFile.reason)
    }

    /// Creates a file, or empties the one that is there.
    ///
    /// - Throws: ``RunError/unwritable(file:reason:)``.
    init(creating path: String) throws(RunError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: RunFile.reason) }
    }

    deinit { close(descriptor) }

    private static var reason: String { String(cString: strerror(errno)) }

    /// Reads the next bytes; returns how many, 0 at the end.
    func read(into buffer: inout [UInt8]) throws(RunError) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                #if canImport(Darwin)
                    Darwin.read(descriptor, bytes.baseAddress, bytes.count)
                #elseif canImport(Glibc)
                    Glibc.read(descriptor, bytes.baseAddress, bytes.count)
                #else
                    Musl.read(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            if count >= 0 { return count }
            if errno != EINTR { throw .unreadable(file: path, reason: RunFile.reason) }
        }
    }

    /// All bytes from where it stands to the end.
    func contents() throws(RunError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try read(into: &buffer)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Writes bytes at the end, and returns when they are on the disk.
    func append(_ bytes: [UInt8]) throws(RunError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                #if canImport(Darwin)
                    Darwin.write(descriptor, bytes.baseAddress, bytes.count)
                #elseif canImport(Glibc)
                    Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                #else
                    Musl.write(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .unwritable(file: path, reason: RunFile.reason) }
            rest = rest.dropFirst(count)
        }
        // Pipes and some file systems cannot be synchronised; what was written is there all the same.
        if fsync(descriptor) != 0, errno == EIO || errno == ENOSPC {
            throw .unwritable(file: path, reason: RunFile.reason)
        }
    }

    /// Whether this file is the one that its path names.
    var isStillNamed: Bool {
        var here = stat()
        var there = stat()
        guard fstat(descriptor, &here) == 0, stat(path, &there) == 0 else { return false }
        return here.st_ino == there.st_ino && here.st_dev == there.st_dev
    }

    /// Cuts the file.
    func truncate(to count: Int) throws(RunError) {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw .unwritable(file: path, reason: RunFile.reason)
        }
    }

    /// Writes a file so that at any moment either the old one is there or the new one, whole.
    static func replace(_ path: String, with bytes: [UInt8]) throws(RunError) {
        let part = path + ".part"
        try RunFile(creating: part).append(bytes)
        guard rename(part, path) == 0 else { throw .unwritable(file: path, reason: RunFile.reason) }
    }

    /// Whether something is at a path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
