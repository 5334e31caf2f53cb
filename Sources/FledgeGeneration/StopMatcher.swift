/// Finds stop sequences in text that arrives in pieces, and holds back what may turn out to be the beginning of one.
///
/// The sequence that is complete first ends the text, and of several that are complete at the same place the longest:
/// a rule that does not depend on where the pieces end.
struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []
    /// Whether a stop sequence was found; what came before it has been released.
    private(set) var isStopped = false

    init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

    /// Takes more text and returns what is certain to come before any stop sequence. O(text · sequences' length).
    mutating func append(_ text: String) -> String {
        if isStopped { return "" }
        if stops.isEmpty { return text }
        for byte in text.utf8 {
            held.append(byte)
            let longest = stops.reduce(0) { longest, stop in
                stop.count > longest && held.suffix(stop.count).elementsEqual(stop) ? stop.count : longest
            }
            if longest > 0 {
                isStopped = true
                held.removeLast(longest)
                return finish()
            }
        }
        return release(held.count - longestBeginning())
    }

    /// Returns what was held back when the text has ended.
    mutating func finish() -> String { release(held.count) }

    /// How many of the last bytes are the beginning of a stop sequence.
    private func longestBeginning() -> Int {
        stops.reduce(0) { longest, stop in
            var count = min(stop.count - 1, held.count)
            while count > longest && !held.suffix(count).elementsEqual(stop.prefix(count)) { count -= 1 }
            return max(longest, count)
        }
    }

    /// Sequences are whole characters, and so is what lies before one.
    private mutating func release(_ count: Int) -> String {
        defer { held.removeFirst(count) }
        return String(decoding: held.prefix(count), as: UTF8.self)
    }
}
