#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file open for reading.
final class ReadableFile: Sendable {
    let path: String
    private let descriptor: Int32

    init(path: String) throws(DataError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw .unreadable(file: path, reason: "it is a directory")
        }
    }

    /// Takes over an open file.
    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Reads the next bytes.
    ///
    /// - Returns: how many there were, 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
        while true {
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Glibc)
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 { return count }
            if errno != EINTR { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
        }
    }

    /// Goes to a place.
    func seek(to offset: Int) throws(DataError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw .unreadable(file: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Bytes from a place on, fewer if the file ends before.
    func bytes(at offset: Int, count: Int) throws(DataError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while length < count {
                let more = pread(
                    descriptor, buffer.baseAddress?.advanced(by: length), count - length, off_t(offset + length))
                if more == 0 { return }
                if more > 0 {
                    length += more
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if failure != 0 { throw .unreadable(file: path, reason: String(cString: strerror(failure))) }
        return bytes
    }
}
