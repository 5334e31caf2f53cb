/// What the output of a model trained with connectionist temporal classification means (Graves et al., 2006): of equal
/// tokens in a row one counts, and the blank is nothing.
struct CTCDecoder: Decoder {
    let blank: TextPattern
    let wordDelimiter: TextPattern
    /// Whether delimiters become spaces, after the corrections of ``WordPieceDecoder``.
    let cleansUp: Bool
    private var token: [UInt8] = []
    private var last: [UInt8]?

    init(blank: [UInt8], wordDelimiter: [UInt8], cleansUp: Bool) {
        self.blank = .literal(blank)
        self.wordDelimiter = .literal(wordDelimiter)
        self.cleansUp = cleansUp
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> CTCDecoder {
        let delimiter = try value["word_delimiter_token"].utf8()
        guard !delimiter.isEmpty else { throw value["word_delimiter_token"].damaged("it is empty") }
        return CTCDecoder(
            blank: try value["pad_token"].utf8(), wordDelimiter: delimiter, cleansUp: try value["cleanup"].bool())
    }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        token += fragment.bytes
        guard fragment.endsToken else { return }
        defer {
            last = token
            token = []
        }
        guard token != last else { return }
        var text = blank.replaced(in: token, by: [])
        if cleansUp { text = wordDelimiter.replaced(in: WordPieceDecoder.cleanedUp(text), by: [0x20]) }
        if !text.isEmpty { output.append(DecodedFragment(bytes: text, endsToken: true)) }
    }
}
