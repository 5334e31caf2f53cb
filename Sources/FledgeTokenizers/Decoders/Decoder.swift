/// A piece of decoded text on its way through the decoders.
struct DecodedFragment: Sendable, Equatable {
    /// UTF-8, never half a character.
    var bytes: [UInt8]
    /// Whether the token that it belongs to ends here. After `Fuse` all text is one token in many fragments.
    var endsToken: Bool
}

/// A step from tokens to text: the last stage.
///
/// Decoders are state machines, so that decoding token by token and decoding all at once are the same thing. A new
/// kind is a value in a file of its own and one line in ``DecoderReader``.
protocol Decoder: Sendable {
    /// How many times longer, at most, a token can become.
    var largestGrowth: Int { get }

    /// Takes a fragment and appends what can be said already.
    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment])

    /// Appends what was held back.
    mutating func finish(into output: inout [DecodedFragment])
}

extension Decoder {
    var largestGrowth: Int { 1 }

    mutating func finish(into output: inout [DecodedFragment]) {}
}

/// Builds decoders from `tokenizer.json`.
enum DecoderReader {
    /// The decoders that a `decoder` object describes, in order; for `null`, one that puts spaces between tokens.
    static func read(_ value: JSONField) throws(TokenizerError) -> [any Decoder] {
        guard !value.isNullOrMissing else { return [JoinDecoder()] }
        let decoders = try readSteps(value)
        try Growth.check(Growth.product(decoders.map(\.largestGrowth)), at: value)
        return decoders
    }

    private static func readSteps(_ value: JSONField) throws(TokenizerError) -> [any Decoder] {
        let type = try value["type"].string()
        switch type {
        case "Sequence":
            var steps: [any Decoder] = []
            for element in try value["decoders"].array() { steps += try readSteps(element) }
            return steps
        case "Metaspace":
            return [MetaspaceDecoder(options: try Metaspace.read(value))]
        case "Replace":
            return [
                ReplaceDecoder(
                    pattern: try TextPattern.read(value["pattern"]),
                    content: Array(try value["content"].string().utf8))
            ]
        case "WordPiece":
            return [
                WordPieceDecoder(
                    prefix: try value["prefix"].utf8(), cleansUp: try value["cleanup"].bool())
            ]
        case "CTC":
            return [try CTCDecoder.read(value)]
        case "Fuse":
            return [FuseDecoder()]
        case "ByteLevel":
            return [ByteLevelDecoder()]
        case "BPEDecoder":
            let suffix = value["suffix"]
            return [BPEDecoder(suffix: suffix.isNullOrMissing ? Array("</w>".utf8) : try suffix.utf8())]
        case "ByteFallback":
            return [ByteFallbackDecoder()]
        case "Strip":
            let content = try value["content"].string()
            guard content.unicodeScalars.count == 1 else {
                throw value["content"].damaged("it should be one character")
            }
            return [
                StripDecoder(
                    content: Array(content.utf8), start: try value["start"].index(), stop: try value["stop"].index())
            ]
        default:
            throw value.unsupported("decoder", type)
        }
    }
}
