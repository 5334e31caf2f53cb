/// Turns the visible stand-in for spaces back into spaces; in the first token it disappears, unless it is never
/// put before texts.
struct MetaspaceDecoder: Decoder {
    let options: Metaspace
    private var isFirst = true

    init(options: Metaspace) { self.options = options }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        let space: [UInt8] = isFirst && options.prependScheme != .never ? [] : [0x20]
        let bytes = TextPattern.literal(options.replacement).replaced(in: fragment.bytes, by: space)
        output.append(DecodedFragment(bytes: bytes, endsToken: fragment.endsToken))
        if fragment.endsToken { isFirst = false }
    }
}

/// Puts a space between tokens, which is what decoding without any decoder means.
struct JoinDecoder: Decoder {
    private var isFirst = true

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        output.append(
            DecodedFragment(bytes: isFirst ? fragment.bytes : [0x20] + fragment.bytes, endsToken: fragment.endsToken))
        isFirst = false
    }
}

extension TextPattern {
    /// The text with every match replaced.
    func replaced(in text: [UInt8], by content: [UInt8]) -> [UInt8] {
        text.withUnsafeBufferPointer { bytes in
            let matches = matches(in: bytes)
            guard !matches.isEmpty else { return text }
            var result: [UInt8] = []
            result.reserveCapacity(text.count)
            var last = 0
            for match in matches {
                result.append(contentsOf: bytes[last..<match.lowerBound])
                result.append(contentsOf: content)
                last = match.upperBound
            }
            result.append(contentsOf: bytes[last...])
            return result
        }
    }
}
