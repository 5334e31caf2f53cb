/// Removes marks; it takes nothing apart, so that it is mostly used after `NFD` or `NFKD`.
struct StripAccentsNormalizer: Normalizer {
    var largestGrowth: Int { 1 }

    func normalize(_ text: inout AlignedText) {
        text.compactMapScalars { CharacterProperties.of($0).contains(.mark) ? nil : $0 }
    }
}

/// What machine translation with SentencePiece does to control characters and unusual spaces.
struct NmtNormalizer: Normalizer {
    var largestGrowth: Int { 1 }

    func normalize(_ text: inout AlignedText) { text.compactMapScalars(NmtNormalizer.map) }

    /// What a scalar becomes, or nil if it disappears.
    static func map(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: nil
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: 0x20
        default: scalar
        }
    }
}

/// Makes letters lower case.
struct LowercaseNormalizer: Normalizer {
    // U+0130 becomes two characters of three bytes together; no mapping is longer in proportion.
    var largestGrowth: Int { 2 }

    func normalize(_ text: inout AlignedText) {
        var writer = ScalarWriter(capacity: text.bytes.count, recordsChanges: text.isTracked)
        text.forEachScalar { scalar in
            var change = 0
            Lowercase.map(scalar) { lower in
                writer.append(lower, change: change)
                change = 1
            }
        }
        text.transform(to: writer.bytes, changes: writer.changes)
    }
}

/// Replaces every byte by the character that stands for it in byte-level vocabularies.
struct ByteLevelNormalizer: Normalizer {
    var largestGrowth: Int { 2 }

    func normalize(_ text: inout AlignedText) {
        var writer = ScalarWriter(capacity: text.bytes.count * 2, recordsChanges: text.isTracked)
        for byte in text.bytes {
            writer.append(ByteLevelAlphabet.scalars[Int(byte)], change: byte & 0xC0 == 0x80 ? 1 : 0)
        }
        text.transform(to: writer.bytes, changes: writer.changes)
    }
}
