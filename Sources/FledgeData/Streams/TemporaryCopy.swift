#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension ReadableFile {
    /// A copy of what a compressed file holds, in the system's folder for temporary files. It has no name there, so that
    /// it is gone with this value, however the process ends.
    ///
    /// - Parameter path: the compressed file, which errors name.
    /// - Returns: the copy.
    /// - Throws: a ``DataError`` if the file cannot be read, or the copy not written.
    static func decompressedCopy(of path: String) throws(DataError) -> ReadableFile {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var name = Array("\(directory)/fledge-data-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw failure(path, directory) }
        unlink(name)
        let copy = ReadableFile(path: path, descriptor: descriptor)
        let stream = try ByteStream(path: path)
        while try stream.fill() {
            guard writeAll(stream.unread, to: descriptor) else { throw failure(path, directory) }
            stream.drop(stream.unread.count)
        }
        return copy
    }

    private static func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private static func failure(_ path: String, _ directory: String) -> DataError {
        .noRoom(file: path, directory: directory, reason: String(cString: strerror(errno)))
    }
}
