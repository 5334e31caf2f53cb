/// Finds stop sequences in text that arrives in pieces, and holds back what may turn out to be the beginning of one.
struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []
    /// Whether a stop sequence was found; what came before it has been released.
    private(set) var isStopped = false

    init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

    /// Takes more text and returns what is certain to come before any stop sequence.
    mutating func append(_ text: String) -> String {
        if isStopped { return "" }
        if stops.isEmpty { return text }
        held += text.utf8
        var safe = held.count
        for start in held.indices {
            // Of the sequences that match here, any cuts the text at the same place.
            let rest = held[start...]
            if stops.contains(where: { rest.starts(with: $0) }) {
                isStopped = true
                safe = start
                break
            }
            if safe == held.count, stops.contains(where: { $0.starts(with: rest) }) { safe = start }
        }
        let released = held[..<safe]
        held = isStopped ? [] : Array(held[safe...])
        return String(decoding: released, as: UTF8.self)
    }

    /// Returns what was held back when the text has ended.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }
}
