#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file open for reading and appending, closed when it is released.
package final class OutputFile: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Opens or creates the file; a symbolic link in its place is refused.
    package init(path: String) throws(HubError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        self.path = path
        guard descriptor >= 0 else { throw FileSystem.error("Opening", path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func size() throws(HubError) -> Int64 {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileSystem.error("Examining", path) }
        return Int64(information.st_size)
    }

    func truncate() throws(HubError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileSystem.error("Emptying", path)
        }
    }

    /// Calls `body` with the whole contents, a piece at a time, and leaves the position at the end.
    func readAll(_ body: (UnsafeRawBufferPointer) -> Void) throws(HubError) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileSystem.error("Reading", path) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileSystem.error("Reading", path)
            }
            buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    package func write(_ bytes: [UInt8]) throws(HubError) {
        let outcome = bytes.withUnsafeBytes { bytes in
            Result { () throws(HubError) in try write(bytes) }
        }
        try outcome.get()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            #if canImport(Darwin)
                let count = Darwin.write(descriptor, start, rest.count)
            #elseif canImport(Glibc)
                let count = Glibc.write(descriptor, start, rest.count)
            #else
                let count = Musl.write(descriptor, start, rest.count)
            #endif
            if count < 0 {
                if errno == EINTR { continue }
                throw FileSystem.error("Writing", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Waits until the contents are on the disk.
    func synchronize() throws(HubError) {
        guard fsync(descriptor) == 0 else { throw FileSystem.error("Writing", path) }
    }
}
