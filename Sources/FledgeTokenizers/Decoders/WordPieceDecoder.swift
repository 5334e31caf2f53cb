/// Joins pieces to words and words to text: a piece that continues a word loses its prefix, every other one but the
/// first gets a space.
struct WordPieceDecoder: Decoder {
    let prefix: [UInt8]
    /// Whether spaces before punctuation and in contractions are removed, token by token.
    let cleansUp: Bool
    private var isFirst = true
    private var token: [UInt8] = []

    init(prefix: [UInt8], cleansUp: Bool) {
        self.prefix = prefix
        self.cleansUp = cleansUp
    }

    // An empty token becomes a space, and “ do not” becomes shorter.
    var largestGrowth: Int { 2 }

    mutating func receive(_ fragment: DecodedFragment, into output: inout [DecodedFragment]) {
        token += fragment.bytes
        guard fragment.endsToken else { return }
        if !isFirst {
            token = token.starts(with: prefix) ? Array(token.dropFirst(prefix.count)) : [0x20] + token
        }
        isFirst = false
        output.append(DecodedFragment(bytes: cleansUp ? WordPieceDecoder.cleanedUp(token) : token, endsToken: true))
        token = []
    }

    private static let corrections: [(pattern: TextPattern, content: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (.literal(Array($0.utf8)), Array($1.utf8)) }

    /// A token without the spaces before punctuation and in contractions.
    static func cleanedUp(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0x20) else { return text }
        return corrections.reduce(text) { $1.pattern.replaced(in: $0, by: $1.content) }
    }
}
