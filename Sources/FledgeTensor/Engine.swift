package import CFledgeKernels

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What computes: the kernels of one instruction set and the threads that run them.
///
/// An engine is shared by any number of concurrent computations; those that find its threads busy run on their own
/// thread alone, with the same results.
public final class Engine: Sendable {
    /// The engine that everything uses unless told otherwise, set up from the environment: `FLEDGE_ISA` and
    /// `FLEDGE_THREADS`. A value there that cannot be honoured is left aside with a note on standard error; programs
    /// that want an error instead call ``init(threads:isa:)`` with ``environmentISA`` and ``environmentThreads()``.
    public static let shared: Engine = {
        do throws(EngineError) {
            return try Engine(threads: environmentThreads(), isa: environmentISA)
        } catch {
            writeToStandardError("fledge: \(error); continuing with the default\n")
            return Engine(unchecked: 1)
        }
    }()

    /// The name in `FLEDGE_ISA`, nil where it is unset or empty.
    public static var environmentISA: String? {
        let name = ProcessInfo.processInfo.environment["FLEDGE_ISA"] ?? ""
        return name.isEmpty ? nil : name
    }

    /// The number in `FLEDGE_THREADS`, nil where it is unset or empty.
    ///
    /// - Throws: ``EngineError/badThreadCount(_:)`` if it is not a number from 1 to 1,024.
    public static func environmentThreads() throws(EngineError) -> Int? {
        let text = ProcessInfo.processInfo.environment["FLEDGE_THREADS"] ?? ""
        if text.isEmpty { return nil }
        guard let threads = Int(text), (1...1024).contains(threads) else { throw .badThreadCount(text) }
        return threads
    }

    /// Physical cores of the machine, less what affinity or a container's quota takes away.
    public static var availableCores: Int { fledge_available_cores() }

    /// The instruction-set levels that this machine has, best first.
    public static var availableISAs: [String] {
        (0...4).reversed().compactMap { level in
            fledge_kernels_of(fledge_isa(UInt32(level))).map { String(cString: $0.pointee.name) }
        }
    }

    package nonisolated(unsafe) let kernels: UnsafePointer<fledge_kernels>
    package nonisolated(unsafe) let pool: OpaquePointer
    package let arena = MemoryArena()
    /// Where time goes, when somebody wants to know.
    public let times = OperationTimes()

    /// How many threads compute, the caller's included.
    public let threads: Int

    /// - Parameters:
    ///   - threads: 1 to 1,024; nil for ``availableCores``.
    ///   - isa: `portable`, `neon`, `avx2`, `avx512` or `avx512vnni`; nil for the best that the machine has.
    /// - Throws: ``EngineError`` for a level the machine lacks or a count out of range.
    public init(threads: Int? = nil, isa: String? = nil) throws(EngineError) {
        let count = threads ?? Engine.availableCores
        guard (1...1024).contains(count) else { throw .badThreadCount(String(count)) }
        guard let kernels = fledge_kernels_named(isa) else { throw .unknownISA(isa ?? "", Engine.availableISAs) }
        guard let pool = fledge_pool_create(count) else { throw .noThreads(count) }
        self.kernels = kernels
        self.pool = pool
        self.threads = count
    }

    /// The best kernels on `threads` threads, fewer if the system refuses them.
    private init(unchecked threads: Int) {
        guard let kernels = fledge_kernels_of(FLEDGE_ISA_PORTABLE), let pool = fledge_pool_create(1) else {
            preconditionFailure("no memory for a pool of one thread")
        }
        self.kernels = fledge_kernels_named(nil) ?? kernels
        self.pool = pool
        self.threads = 1
    }

    deinit { fledge_pool_destroy(pool) }

    /// Keeps more of the memory that computations leave, up to so many bytes: the steps of a training run need the same
    /// blocks again and again, and fresh memory costs as much time as filling it. Call it before computing.
    public func keepMemory(upTo bytes: Int) { arena.limit = max(arena.limit, bytes) }

    /// The instruction-set level in use.
    public var isa: String { String(cString: kernels.pointee.name) }

    /// Runs `body` for every index below `count`, spread over the threads, and returns when all are done.
    public func parallelFor(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { escapable in
            var context = escapable
            withUnsafeMutablePointer(to: &context) { pointer in
                fledge_pool_run(
                    pool, max(count, 0),
                    { context, item in
                        context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(item)
                    }, pointer)
            }
        }
    }

    /// Bytes a second that all threads together read from memory, measured on a buffer of `bytes`: the ceiling of
    /// one-sequence decoding.
    public func measureReadBandwidth(bytes: Int = 256 << 20) -> Double {
        let storage = Storage(byteCount: bytes)
        storage.pointer.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
        var best = Double.infinity
        let clock = ContinuousClock()
        for _ in 0..<6 {
            let elapsed = clock.measure { _ = fledge_read_all(pool, storage.pointer, bytes) }
            best = min(best, elapsed.seconds)
        }
        return Double(bytes) / best
    }
}

extension Duration {
    /// The duration as a number of seconds.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// Why an engine cannot be made as asked.
public enum EngineError: Error, Equatable, CustomStringConvertible {
    case unknownISA(String, [String])
    case badThreadCount(String)
    case noThreads(Int)

    public var description: String {
        switch self {
        case .unknownISA(let name, let available):
            "this machine cannot run the instruction set “\(name)” (FLEDGE_ISA); it has \(available.joined(separator: ", "))"
        case .badThreadCount(let text): "“\(text)” is not a number of threads; give one from 1 to 1024"
        case .noThreads(let count): "the system refused to start \(count) threads; ask for fewer"
        }
    }
}
