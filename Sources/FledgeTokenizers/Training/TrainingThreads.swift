import Dispatch

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Work that is spread over a number of threads.
enum TrainingThreads {
    /// How many processors there are.
    static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Calls a closure with the numbers from 0 to `count` − 1, each on a thread of its own, and waits for all.
    static func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
        guard count > 1 else {
            if count == 1 { body(0) }
            return
        }
        DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }

    /// What a closure makes of the numbers from 0 to `count` − 1, each on a thread of its own, in their order.
    static func map<Result>(_ count: Int, _ body: @Sendable (Int) -> sending Result) -> [Result] {
        [Result](unsafeUninitializedCapacity: max(count, 0)) { buffer, initialized in
            let results = Shared(buffer)
            run(count) { results.value.initializeElement(at: $0, to: body($0)) }
            initialized = max(count, 0)
        }
    }

    /// The part of a range that is number `index` of `count` equal ones.
    static func part(_ index: Int, of count: Int, _ total: Int) -> Range<Int> {
        total * index / count..<total * (index + 1) / count
    }

    /// Carries memory to threads that each touch a part of their own.
    struct Shared<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
