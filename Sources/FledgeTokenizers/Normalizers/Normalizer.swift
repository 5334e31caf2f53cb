/// A step that rewrites a text before it is split: the first stage of
/// normalizer → pre-tokenizer → model → post-processor → decoder.
///
/// A new kind is a value in a file of its own and one line in ``NormalizerReader``.
protocol Normalizer: Sendable {
    /// How many times longer, at most, a text can become, but for a constant.
    var largestGrowth: Int { get }

    /// Rewrites the text in place, origins included.
    func normalize(_ text: inout AlignedText)
}

/// Several normalizers, one after the other.
struct SequenceNormalizer: Normalizer {
    let steps: [any Normalizer]

    var largestGrowth: Int { Growth.product(steps.map(\.largestGrowth)) }

    func normalize(_ text: inout AlignedText) {
        for step in steps { step.normalize(&text) }
    }
}

/// Builds normalizers from `tokenizer.json`.
enum NormalizerReader {
    /// The normalizer that a `normalizer` object describes, or nil for `null`.
    static func read(_ value: JSONField) throws(TokenizerError) -> (any Normalizer)? {
        let normalizer = try readStep(value)
        if let normalizer { try Growth.check(normalizer.largestGrowth, at: value) }
        return normalizer
    }

    private static func readStep(_ value: JSONField) throws(TokenizerError) -> (any Normalizer)? {
        guard !value.isNullOrMissing else { return nil }
        let type = try value["type"].string()
        switch type {
        case "Sequence":
            var steps: [any Normalizer] = []
            for element in try value["normalizers"].array() {
                if let step = try readStep(element) { steps.append(step) }
            }
            return SequenceNormalizer(steps: steps)
        case "Precompiled":
            let field = value["precompiled_charsmap"]
            let text = try field.utf8()
            guard let blob = Base64.decode(text) else { throw field.damaged("this is not base64") }
            if blob.isEmpty { return nil }
            do {
                return PrecompiledNormalizer(map: try CharacterMap(blob: blob))
            } catch {
                throw field.damaged(error.problem)
            }
        case "Replace":
            return ReplaceNormalizer(
                pattern: try TextPattern.read(value["pattern"]), content: Array(try value["content"].string().utf8))
        case "Strip":
            return StripNormalizer(left: try value["strip_left"].bool(), right: try value["strip_right"].bool())
        case "Prepend":
            return PrependNormalizer(content: Array(try value["prepend"].string().utf8))
        case "Lowercase":
            return LowercaseNormalizer()
        case "BertNormalizer":
            return try BertNormalizer.read(value)
        case "NFC", "NFD", "NFKC", "NFKD":
            return UnicodeFormNormalizer.Form(rawValue: type).map { UnicodeFormNormalizer(form: $0) }
        case "StripAccents":
            return StripAccentsNormalizer()
        case "ByteLevel":
            return ByteLevelNormalizer()
        case "Nmt":
            return NmtNormalizer()
        default:
            throw value.unsupported("normalizer", type)
        }
    }
}
