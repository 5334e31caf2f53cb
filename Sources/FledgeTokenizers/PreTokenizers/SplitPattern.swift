/// What a `Split` pre-tokenizer cuts at: one of the regular expressions that tokenizer files use, each of which has a
/// scanner of its own, or one of the simple patterns that `Replace` knows too.
enum SplitPattern: Sendable {
    case gpt2(GPT2Scanner)
    case cl100k(CL100KScanner)
    case o200k(O200KScanner)
    case bloom(BloomScanner)
    case text(TextPattern)

    /// Reads `{"String": "…"}` or `{"Regex": "…"}`.
    static func read(_ field: JSONField) throws(TokenizerError) -> SplitPattern {
        if let name = field["Regex"].value?.string, let known = SplitPattern(expression: name) { return known }
        return .text(try TextPattern.read(field))
    }

    /// The pattern that means the same as a regular expression, if it is a known one.
    init?(expression: String) {
        switch expression {
        case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
            #"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
            #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
            #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#:
            self = .gpt2(GPT2Scanner())
        case SplitPattern.cl100kExpression(digits: #"\p{N}{1,3}"#):
            self = .cl100k(CL100KScanner(digits: 3, takesEnd: false))
        case SplitPattern.cl100kExpression(digits: #"\p{N}"#):
            self = .cl100k(CL100KScanner(digits: 1, takesEnd: false))
        case SplitPattern.tiktokenCL100KExpression:
            // `{1,3}+` is possessive for tiktoken; `tokenizers` repeats it.
            self = .cl100k(CL100KScanner(digits: .max, takesEnd: true))
        case SplitPattern.o200kExpression:
            self = .o200k(O200KScanner())
        case #" ?[^(\s|[.,!?…。，、।۔،])]+"#:
            self = .bloom(BloomScanner())
        default:
            return nil
        }
    }

    /// cl100k_base's pattern as tiktoken itself understands it.
    static let tiktokenCL100K = SplitPattern.cl100k(CL100KScanner(digits: 3, takesEnd: true))

    /// Calls a closure with the pieces of a text in order, and whether each is a match.
    @inline(__always)
    func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Void) {
        switch self {
        case .gpt2(let scanner): scanner.forEachPiece(of: text, body)
        case .cl100k(let scanner): scanner.forEachPiece(of: text, body)
        case .o200k(let scanner): scanner.forEachPiece(of: text, body)
        case .bloom(let scanner): scanner.forEachPiece(of: text, body)
        case .text(let pattern):
            var done = 0
            for match in pattern.matches(in: text) {
                if done < match.lowerBound { body(done..<match.lowerBound, false) }
                body(match, true)
                done = match.upperBound
            }
            if done < text.count { body(done..<text.count, false) }
        }
    }

    private static func cl100kExpression(digits: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    private static let tiktokenCL100KExpression =
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|"#
        + #"\s+(?!\S)|\s"#

    private static let o200kExpression =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
