#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Things that one caller at a time may use, lent to whoever asks and made anew when all are lent.
final class ResourcePool<Resource: AnyObject>: @unchecked Sendable {
    // Safe to share: `idle` is only touched under the lock, and a lent resource has one user.
    // The lock is POSIX's because Synchronization.Mutex needs macOS 15 and is invisible to the thread sanitizer.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var idle: [Resource] = []
    private let make: @Sendable () -> Resource
    private let limit: Int

    /// - Parameters:
    ///   - limit: how many idle resources are kept.
    ///   - make: creates one.
    init(limit: Int, make: @escaping @Sendable () -> Resource) {
        self.limit = limit
        self.make = make
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls a closure with a resource that nobody else uses meanwhile.
    func withResource<Result>(_ body: (Resource) -> Result) -> Result {
        let resource = withLock { idle.popLast() } ?? make()
        defer {
            withLock { if idle.count < limit { idle.append(resource) } }
        }
        return body(resource)
    }

    private func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
