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

extension Tokenizer {
    /// The bytes that a token puts into a text in the middle of it: of a byte-level token possibly a part of a character,
    /// of one that begins a word the space too.
    ///
    /// - Parameter id: any id.
    /// - Returns: the bytes; nil for an id that the vocabulary does not have.
    public func bytes(ofToken id: Int) -> [UInt8]? {
        streamingDecoder(skipSpecialTokens: false).bytes(ofToken: id)
    }
}

extension StreamingDecoder {
    fileprivate func bytes(ofToken id: Int) -> [UInt8]? {
        guard let piece = tokenizer.piece(at: id) else { return nil }
        if tokenizer.added.content(of: id) != nil { return piece }
        // Decoders hold parts of characters back, or make U+FFFD of them.
        if decoders.contains(where: { $0 is ByteLevelDecoder }) { return ByteLevelAlphabet.decode(piece) ?? piece }
        if decoders.contains(where: { $0 is ByteFallbackDecoder }), let byte = ByteToken.byte(of: piece) {
            return [byte]
        }
        var decoder = self
        let before = Array("a".utf8)
        var bytes: [UInt8] = []
        decoder.append(piece: before, to: &bytes)
        decoder.append(piece: piece, to: &bytes)
        decoder.finish(to: &bytes)
        return bytes.starts(with: before) ? Array(bytes.dropFirst(before.count)) : piece
    }
}
