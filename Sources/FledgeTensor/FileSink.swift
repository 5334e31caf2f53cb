#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A new file that is written from its start to its end, closed when it is released.
package final class FileSink {
    /// Why the file cannot be written.
    package struct Failure: Error {
        /// The system's `errno`.
        package let code: Int32

        package init(code: Int32) { self.code = code }

        /// The system's words for it.
        package var reason: String { String(cString: strerror(code)) }
    }

    package let path: String
    private let descriptor: Int32

    /// Creates the file, or empties the one that is there.
    package init(path: String) throws(Failure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Failure(code: errno) }
    }

    deinit { close(descriptor) }

    /// Appends all of the bytes, however little the system takes at a time.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            #if canImport(Darwin)
                let count = Darwin.write(descriptor, start, min(rest.count, 1 << 30))
            #elseif canImport(Glibc)
                let count = Glibc.write(descriptor, start, min(rest.count, 1 << 30))
            #else
                let count = Musl.write(descriptor, start, min(rest.count, 1 << 30))
            #endif
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(code: errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Returns when the bytes are on the disk, as far as the system knows.
    package func synchronize() throws(Failure) {
        #if canImport(Darwin)
            // fsync leaves them in the drive's memory there.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else { throw Failure(code: errno) }
    }
}
