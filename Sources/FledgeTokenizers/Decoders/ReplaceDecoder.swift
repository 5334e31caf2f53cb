/// Replaces every occurrence of a pattern in each token.
struct ReplaceDecoder: Decoder {
    let pattern: TextPattern
    let content: [UInt8]
    private var held: [UInt8] = []

    init(pattern: TextPattern, content: [UInt8]) {
        self.pattern = pattern
        self.content = content
    }

    var largestGrowth: Int { pattern.largestGrowth(replacedBy: content) }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        held += fragment.bytes
        let keep = fragment.endsToken ? 0 : undecidedCount()
        let ready = Array(held.dropLast(keep))
        held = Array(held.suffix(keep))
        output.append(
            DecodedFragment(bytes: pattern.replaced(in: ready, by: content), endsToken: fragment.endsToken))
    }

    /// How much of the end of ``held`` may be the beginning of a match that is not complete.
    private func undecidedCount() -> Int {
        guard case .literal(let text) = pattern else { return held.count }
        let undecided = held.withUnsafeBufferPointer { pattern.matches(in: $0).last?.upperBound ?? 0 }
        let longest = min(text.count - 1, held.count - undecided)
        return stride(from: longest, to: 0, by: -1).first { held.suffix($0).elementsEqual(text.prefix($0)) } ?? 0
    }
}
