/// Turns the visible characters of a byte-level vocabulary back into the bytes that they stand for; a token with
/// another character stands for its own bytes. What is not UTF-8 becomes U+FFFD.
struct ByteLevelDecoder: Decoder {
    private var token: [UInt8] = []
    /// The beginning of a character whose other bytes have not come yet.
    private var held: [UInt8] = []

    // A byte that is spelled in one byte can become U+FFFD, which has three.
    var largestGrowth: Int { 3 }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        token += fragment.bytes
        guard fragment.endsToken else { return }
        held += ByteLevelAlphabet.decode(token) ?? token
        token = []
        let text = takeText(isLast: false)
        if !text.isEmpty { output.append(DecodedFragment(bytes: text, endsToken: false)) }
    }

    mutating func finish(into output: inout [DecodedFragment]) {
        output.append(DecodedFragment(bytes: takeText(isLast: true), endsToken: true))
    }

    /// Removes from ``held`` what is certain, with U+FFFD for every longest prefix of a character that goes wrong
    /// (Unicode Standard, section 3.9, "U+FFFD Substitution of Maximal Subparts").
    private mutating func takeText(isLast: Bool) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(held.count)
        var index = 0
        held.withUnsafeBufferPointer { bytes in
            while index < bytes.count {
                if let length = UTF8Scan.validLength(at: index, in: bytes) {
                    text.append(contentsOf: bytes[index..<index + length])
                    index += length
                    continue
                }
                let prefix = UTF8Scan.validPrefix(at: index, in: bytes)
                if !isLast, prefix > 0, index + prefix == bytes.count { break }
                text.append(contentsOf: [0xEF, 0xBF, 0xBD])
                index += max(prefix, 1)
            }
        }
        held.removeFirst(index)
        return text
    }
}

/// Removes the mark of a word's end from the last token and makes it a space in the others.
struct BPEDecoder: Decoder {
    let suffix: [UInt8]
    private var token: [UInt8] = []
    /// The last complete token, which is held back until another comes.
    private var held: [UInt8]?

    init(suffix: [UInt8]) { self.suffix = suffix }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        token += fragment.bytes
        guard fragment.endsToken else { return }
        flush(replacement: [0x20], into: &output)
        held = token
        token = []
    }

    mutating func finish(into output: inout [DecodedFragment]) { flush(replacement: [], into: &output) }

    private mutating func flush(replacement: [UInt8], into output: inout [DecodedFragment]) {
        guard let bytes = held else { return }
        let text = suffix.isEmpty ? bytes : TextPattern.literal(suffix).replaced(in: bytes, by: replacement)
        output.append(DecodedFragment(bytes: text, endsToken: true))
        held = nil
    }
}

extension UTF8Scan {
    /// How many bytes from an index on begin a well-formed character without completing it.
    static func validPrefix(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let first = bytes[index]
        guard first >= 0xC2, first <= 0xF4 else { return 0 }
        let length = length(first)
        var count = 1
        while count < length, index + count < bytes.count {
            let allowed: ClosedRange<UInt8> =
                switch (count, first) {
                case (1, 0xE0): 0xA0...0xBF
                case (1, 0xED): 0x80...0x9F
                case (1, 0xF0): 0x90...0xBF
                case (1, 0xF4): 0x80...0x8F
                default: 0x80...0xBF
                }
            guard allowed.contains(bytes[index + count]) else { break }
            count += 1
        }
        return count
    }
}
