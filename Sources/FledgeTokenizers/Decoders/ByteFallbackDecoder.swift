/// Turns runs of `<0x…>` tokens into the text whose UTF-8 they spell; if they spell none, every one of the run becomes
/// U+FFFD.
///
/// A run is shown when it is over: any token after it may still decide that all of it is invalid.
struct ByteFallbackDecoder: Decoder {
    private var token: [UInt8] = []
    private var run: [UInt8] = []

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        token += fragment.bytes
        guard fragment.endsToken else { return }
        if let byte = ByteToken.byte(of: token) {
            run.append(byte)
        } else {
            flush(into: &output)
            output.append(DecodedFragment(bytes: token, endsToken: true))
        }
        token = []
    }

    mutating func finish(into output: inout [DecodedFragment]) { flush(into: &output) }

    private mutating func flush(into output: inout [DecodedFragment]) {
        guard !run.isEmpty else { return }
        if run.withUnsafeBufferPointer({ UTF8Scan.isValid($0) }) {
            output.append(DecodedFragment(bytes: run, endsToken: true))
        } else {
            let replacement = DecodedFragment(bytes: [0xEF, 0xBF, 0xBD], endsToken: true)
            output.append(contentsOf: repeatElement(replacement, count: run.count))
        }
        run = []
    }
}

/// Makes one token of all.
struct FuseDecoder: Decoder {
    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        output.append(DecodedFragment(bytes: fragment.bytes, endsToken: false))
    }

    mutating func finish(into output: inout [DecodedFragment]) {
        output.append(DecodedFragment(bytes: [], endsToken: true))
    }
}
