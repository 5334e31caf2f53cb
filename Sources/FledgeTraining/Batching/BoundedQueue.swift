#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A queue between two threads: the one that puts in waits while it is full, the one that takes out while it is empty.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    // Safe to share: all below is only touched under the lock.
    // The lock is POSIX's because Synchronization.Mutex needs macOS 15 and cannot wait for a condition.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var elements: [Element] = []
    private var isClosed = false
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        mutex.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Puts an element in.
    ///
    /// - Returns: false if the queue was closed, and nobody wants more.
    func put(_ element: Element) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.count >= capacity, !isClosed { pthread_cond_wait(changed, mutex) }
        guard !isClosed else { return false }
        elements.append(element)
        pthread_cond_broadcast(changed)
        return true
    }

    /// Takes the oldest element out, nil if the queue is closed and empty.
    func take() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.isEmpty, !isClosed { pthread_cond_wait(changed, mutex) }
        guard !elements.isEmpty else { return nil }
        defer { pthread_cond_broadcast(changed) }
        return elements.removeFirst()
    }

    /// Says that nothing more will be put in.
    ///
    /// - Parameter discards: whether what is in it is thrown away.
    func close(discards: Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        if discards { elements = [] }
        pthread_cond_broadcast(changed)
    }

    /// Whether the queue was closed.
    var isDone: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return isClosed
    }
}
