/// Turns ids into text as they come.
///
/// What ``append(token:)`` and ``finish()`` return, put together, is what decoding all ids at once returns: no
/// character is shown before all its bytes are there, and no space that a later token takes back.
public struct StreamingDecoder: Sendable {
    private let tokenizer: PipelineTokenizer
    private let skipSpecialTokens: Bool
    private var decoders: [any Decoder]

    init(tokenizer: PipelineTokenizer, skipSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        decoders = tokenizer.decoders
    }

    /// Takes the next id and returns the text that is certain now; it may be empty.
    ///
    /// - Throws: ``TokenizerError/unknownToken(id:vocabularySize:)``; the decoder is then as it was.
    public mutating func append(token: Int) throws(TokenizerError) -> String {
        var bytes: [UInt8] = []
        try append(token: token, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the text that was held back, and makes the decoder ready for a new sequence.
    public mutating func finish() -> String {
        var bytes: [UInt8] = []
        finish(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func append(token: Int, to bytes: inout [UInt8]) throws(TokenizerError) {
        guard let piece = tokenizer.piece(at: token) else {
            throw .unknownToken(id: token, vocabularySize: tokenizer.vocabularySize)
        }
        if skipSpecialTokens, tokenizer.added.isSpecial(token) { return }
        append(piece: piece, to: &bytes)
    }

    mutating func append(piece: [UInt8], to bytes: inout [UInt8]) {
        pass([DecodedFragment(bytes: piece, endsToken: true)], from: 0, to: &bytes)
    }

    mutating func finish(to bytes: inout [UInt8]) {
        for index in decoders.indices {
            var held: [DecodedFragment] = []
            decoders[index].finish(into: &held)
            pass(held, from: index + 1, to: &bytes)
        }
        decoders = tokenizer.decoders
    }

    private mutating func pass(_ fragments: [DecodedFragment], from first: Int, to bytes: inout [UInt8]) {
        var fragments = fragments
        for index in first..<max(first, decoders.count) where !fragments.isEmpty {
            var output: [DecodedFragment] = []
            for fragment in fragments { decoders[index].receive(fragment, into: &output) }
            fragments = output
        }
        for fragment in fragments { bytes += fragment.bytes }
    }
}
