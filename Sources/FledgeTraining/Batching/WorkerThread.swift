#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread of the system's, for work that blocks and therefore does not belong on the threads of Swift's tasks.
struct WorkerThread: @unchecked Sendable {
    // Safe to share: it is the name of a thread, and only the owner joins it.
    private let thread: pthread_t

    /// Templates and tokenizers need more than the half megabyte that macOS gives to threads.
    private static let stackSize = 8 << 20

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread; nil if the system has none.
    init?(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, WorkerThread.stackSize)
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
            var started: pthread_t?
            let code = pthread_create(&started, &attributes, { WorkerThread.run($0) }, work.toOpaque())
        #else
            var created = pthread_t()
            let code = pthread_create(&created, &attributes, { WorkerThread.run($0) }, work.toOpaque())
            let started: pthread_t? = created
        #endif
        guard code == 0, let started else {
            work.release()
            return nil
        }
        thread = started
    }

    private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
    }

    /// Waits for the thread's end; to be called once.
    func join() { pthread_join(thread, nil) }
}
