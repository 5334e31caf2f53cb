/// What BERT does to a text before it is cut into words (Devlin et al., 2019): control characters disappear, white
/// space becomes spaces, spaces are put around Chinese characters, accents are removed, letters become lower case.
struct BertNormalizer: Normalizer {
    let cleansText: Bool
    let separatesChinese: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    // A Chinese character gets two spaces, and a canonical decomposition is at most three times as long.
    var largestGrowth: Int { 4 }

    /// Accents are removed along with upper case if nothing is said about them.
    init(
        cleansText: Bool = true, separatesChinese: Bool = true, stripsAccents: Bool? = nil, lowercases: Bool = true
    ) {
        self.cleansText = cleansText
        self.separatesChinese = separatesChinese
        self.stripsAccents = stripsAccents ?? lowercases
        self.lowercases = lowercases
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> BertNormalizer {
        let accents = value["strip_accents"]
        return BertNormalizer(
            cleansText: try value["clean_text"].bool(), separatesChinese: try value["handle_chinese_chars"].bool(),
            stripsAccents: accents.isNullOrMissing ? nil : try accents.bool(), lowercases: try value["lowercase"].bool()
        )
    }

    func normalize(_ text: inout AlignedText) {
        if cleansText { text.compactMapScalars(BertNormalizer.cleaned) }
        let isASCII = text.isASCII
        if separatesChinese, !isASCII { BertNormalizer.separateChinese(in: &text) }
        if stripsAccents, !isASCII {
            UnicodeFormNormalizer(form: .decomposed).normalize(&text)
            text.compactMapScalars { CharacterProperties.of($0).contains(.nonspacingMark) ? nil : $0 }
        }
        if lowercases { LowercaseNormalizer().normalize(&text) }
    }

    /// A space for white space, nil for control characters and for what stands for something lost.
    private static func cleaned(_ scalar: UInt32) -> UInt32? {
        if scalar &- 0x20 < 0x5F { return scalar }
        switch scalar {
        case 0x09, 0x0A, 0x0D: return 0x20
        case 0x00, 0xFFFD: return nil
        default:
            if CharacterProperties.of(scalar).contains(.other) { return nil }
            return Whitespace.contains(scalar) ? 0x20 : scalar
        }
    }

    private static func separateChinese(in text: inout AlignedText) {
        var writer = ScalarWriter(capacity: text.bytes.count * 2, recordsChanges: text.isTracked)
        var isModified = false
        text.forEachScalar { scalar in
            if isChinese(scalar) {
                isModified = true
                writer.append(0x20)
                writer.append(scalar, change: 1)
                writer.append(0x20, change: 1)
            } else {
                writer.append(scalar)
            }
        }
        if isModified { text.transform(to: writer.bytes, changes: writer.changes) }
    }

    /// Whether a scalar is in one of the blocks of CJK ideographs; that of extension E begins late here, as in
    /// `tokenizers`.
    private static func isChinese(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
