#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The system calls that checkpoints need, with their errors typed.
enum CheckpointFiles {
    /// Bytes that are read or written at a time: they stay in the cache between the checksum and the system call.
    static let pieceBytes = 1 << 18

    /// The error for an `errno` met while writing.
    static func error(writing path: String, code: Int32) -> CheckpointError {
        code == ENOSPC || code == EDQUOT ? .diskFull(path) : .unwritable(path, String(cString: strerror(code)))
    }

    static func exists(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0
    }

    /// The bytes of a regular file, nil where there is none.
    static func size(_ path: String) -> Int? {
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(information.st_size)
    }

    static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// Creates the directory and those above it.
    static func createDirectory(_ path: String) throws(CheckpointError) {
        if mkdir(path, 0o777) == 0 { return }
        let code = errno
        if isDirectory(path) { return }
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw error(writing: path, code: code)
        }
        try createDirectory(String(path[..<slash]))
        if mkdir(path, 0o777) == 0 { return }
        let second = errno
        guard isDirectory(path) else { throw error(writing: path, code: second) }
    }

    /// Returns when the names in a directory are on the disk.
    static func synchronizeDirectory(_ path: String) throws(CheckpointError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error(writing: path, code: errno) }
        defer { close(descriptor) }
        // Some file systems cannot do it for a directory, and say so.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw error(writing: path, code: errno) }
    }

    /// Renames; the target must not exist or be an empty directory.
    static func move(_ source: String, to target: String) throws(CheckpointError) {
        guard rename(source, target) == 0 else { throw error(writing: target, code: errno) }
    }

    /// Creates an empty file, or leaves one that is there.
    static func createEmpty(_ path: String) throws(CheckpointError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw error(writing: path, code: errno) }
        close(descriptor)
    }

    static func remove(_ path: String) throws(CheckpointError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw .unwritable(path, "it cannot be removed")
        }
    }

    /// The names in a directory in order; none where there is no directory.
    static func names(in path: String) throws(CheckpointError) -> [String] {
        guard exists(path) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw .unreadable(path, "it is not a folder that may be listed")
        }
    }

    /// Calls `body` with a file's bytes, a piece at a time.
    static func read(
        _ path: String, _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Glibc)
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .unreadable(path, String(cString: strerror(errno))) }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// A lock on a directory of checkpoints, released with the value or at the end of the process, however it ends.
final class CheckpointLock {
    static let fileName = ".checkpoints.lock"
    private let descriptor: Int32

    /// - Throws: ``CheckpointError/busy(_:)`` while another process, or another save of this one, has the lock.
    init(directory: String) throws(CheckpointError) {
        let path = directory + "/" + Self.fileName
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw CheckpointFiles.error(writing: path, code: errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { throw .busy(directory) }
            // A file system without locks: saving there is the user's to keep apart.
            return
        }
    }

    deinit { close(descriptor) }
}
