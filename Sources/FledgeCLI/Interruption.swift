import Dispatch

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Notes that the user pressed Control-C, or that the process is asked to end, instead of ending at once: work that is
/// begun is finished. A second time ends the process.
final class Interruption: @unchecked Sendable {
    // Guards `isSet`.
    private let queue = DispatchQueue(label: "interruption")
    private var isSet = false
    private var sources: [any DispatchSourceSignal] = []

    init() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in
                if self?.isSet == true { Terminal.exit(128 + number) }
                self?.isSet = true
            }
            source.activate()
            sources.append(source)
        }
    }

    deinit { for source in sources { source.cancel() } }

    var happened: Bool { queue.sync { isSet } }
}
