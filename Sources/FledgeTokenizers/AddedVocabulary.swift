/// The added tokens, and where they occur in texts.
///
/// Those that are not normalized are found in the original text, the others in the normalized rest. Of the tokens
/// that begin at the leftmost place the longest wins, as in Hugging Face `tokenizers`.
struct AddedVocabulary: Sendable {
    /// The longest token, in bytes, that is accepted: it bounds the time that searching a text can take.
    static let longestToken = 4096

    private(set) var tokens: [AddedToken] = []
    private var indexByID: [Int: Int] = [:]
    private var idByContent: [String: Int] = [:]
    private var specialContents: Set<String> = []
    /// What decoding shows for tokens whose normalized form differs from their content.
    private var normalizedByID: [Int: [UInt8]] = [:]
    private var original = TokenMatcher(patterns: [])
    private var normalized = TokenMatcher(patterns: [])

    /// Adds tokens in order.
    ///
    /// A token's id is the one that the model or an earlier token has for its content, else the next after all
    /// others; the id that the file states is not what counts, in `tokenizers` neither.
    init(_ new: [AddedToken], model: any TokenizationModel, normalizer: (any Normalizer)?) {
        var nextID = model.vocabularySize
        for var token in new where !token.content.isEmpty {
            let known = idByContent[token.content] ?? model.id(of: Array(token.content.utf8))
            token.id = known ?? nextID
            if known == nil { nextID += 1 }
            idByContent[token.content] = token.id
            if token.isSpecial { specialContents.insert(token.content) }
            if let index = indexByID[token.id] {
                tokens[index] = token
            } else {
                indexByID[token.id] = tokens.count
                tokens.append(token)
            }
            if token.isNormalized, let normalizer {
                let form = AddedVocabulary.normalize(token.content, by: normalizer)
                if form != Array(token.content.utf8) { normalizedByID[token.id] = form }
            }
        }
        original = TokenMatcher(patterns: tokens.filter { !$0.isNormalized }.map { (Array($0.content.utf8), $0) })
        normalized = TokenMatcher(
            patterns: tokens.filter(\.isNormalized).map { (normalizedByID[$0.id] ?? Array($0.content.utf8), $0) })
    }

    private static func normalize(_ content: String, by normalizer: any Normalizer) -> [UInt8] {
        let bytes = Array(content.utf8)
        return bytes.withUnsafeBufferPointer { bytes in
            var text = AlignedText(original: bytes, range: 0..<bytes.count, isTracked: false)
            normalizer.normalize(&text)
            return text.bytes
        }
    }

    /// How many of the tokens the model does not have.
    func countBeyond(_ model: any TokenizationModel) -> Int {
        idByContent.keys.reduce(0) { $0 + (model.id(of: Array($1.utf8)) == nil ? 1 : 0) }
    }

    func id(of content: String) -> Int? { idByContent[content] }

    /// What an id decodes to, if it is an added token's.
    func content(of id: Int) -> [UInt8]? {
        guard let index = indexByID[id] else { return nil }
        return normalizedByID[id] ?? Array(tokens[index].content.utf8)
    }

    /// Whether a decoded token is left out when decoding without special tokens.
    func isSpecial(_ id: Int) -> Bool {
        guard let content = content(of: id) else { return false }
        return specialContents.contains(String(decoding: content, as: UTF8.self))
    }

    /// Whether some tokens are looked for in the normalized text.
    var hasNormalizedTokens: Bool { !normalized.isEmpty }

    /// Calls a closure with the tokens that are found in the original text, and with what is between them.
    func forEachPart(of source: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, AddedToken?) -> Void) {
        original.forEachPart(of: source, body)
    }

    /// Finds the added tokens of a text and normalizes what is between them.
    func split(
        _ source: UnsafeBufferPointer<UInt8>, normalizer: (any Normalizer)?, isTracked: Bool
    ) -> PreTokenizedText {
        var result = PreTokenizedText(capacity: source.count, isTracked: isTracked)
        original.forEachPart(of: source) { range, token in
            var part = AlignedText(original: source, range: range, isTracked: isTracked)
            if let token {
                result.append(part, 0..<part.bytes.count, addedToken: token.id)
                return
            }
            normalizer?.normalize(&part)
            guard !normalized.isEmpty else {
                result.append(part, 0..<part.bytes.count)
                return
            }
            part.bytes.withUnsafeBufferPointer { bytes in
                normalized.forEachPart(of: bytes) { range, token in
                    result.append(part, range, addedToken: token?.id)
                }
            }
        }
        return result
    }
}
