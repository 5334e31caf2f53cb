#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An exclusive `flock` on a file, as Python's `filelock` takes it, released when the value is released or the
/// process ends in any way.
package final class FileLock: Sendable {
    private let descriptor: Int32
    /// Whether the file system keeps the lock; where it has no locks, others must be expected.
    package let isEnforced: Bool

    private init(descriptor: Int32, isEnforced: Bool = true) {
        self.descriptor = descriptor
        self.isEnforced = isEnforced
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the lock without blocking a thread.
    ///
    /// - Parameters:
    ///   - path: The lock file; created when missing and left in place afterwards, because removing a lock file
    ///     would let two waiters hold locks on different files of the same name.
    ///   - pollInterval: How often to ask again while another process holds the lock.
    /// - Returns: The lock, held.
    /// - Throws: ``HubError/cancelled`` when the task is cancelled, or a file system error.
    package static func acquire(
        _ path: String, pollInterval: Duration = .milliseconds(50)
    ) async throws(HubError) -> FileLock {
        while true {
            if let lock = try attempt(path) { return lock }
            do {
                try await Task.sleep(for: pollInterval)
            } catch {
                throw .cancelled
            }
        }
    }

    /// One attempt; `nil` when another process holds the lock.
    package static func attempt(_ path: String) throws(HubError) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
        guard descriptor >= 0 else { throw FileSystem.error("Opening the lock file", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            if [ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP].contains(code) {
                return FileLock(descriptor: descriptor, isEnforced: false)
            }
            close(descriptor)
            if code == EWOULDBLOCK || code == EINTR { return nil }
            throw FileSystem.error("Locking", path, code: code)
        }
        // Older writers remove the lock file when they are done; then ours is a lock on nothing.
        var held = stat()
        var named = stat()
        guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
            held.st_dev == named.st_dev
        else {
            close(descriptor)
            return nil
        }
        return FileLock(descriptor: descriptor)
    }
}
