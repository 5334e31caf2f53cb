/// What a new SentencePiece model does to characters.
package enum NormalizationRules {
    /// Unicode's NFKC, with what machine translation does to control characters and unusual spaces, as SentencePiece's
    /// `nmt_nfkc` has it; as bytes that ``CharacterMap`` reads.
    package static let nmtNFKC = CharacterMapBuilder.blob(of: entries)
    /// The same, and lower case.
    package static let nmtNFKCLowercase = CharacterMapBuilder.blob(of: lowercased(entries))
    /// Lower case and nothing else.
    package static let lowercase = CharacterMapBuilder.blob(of: lowercased([:]))

    private static let hangul: Range<UInt32> = 0xAC00..<0xD7A4

    private static let entries: [[UInt8]: [UInt8]] = {
        var entries: [[UInt8]: [UInt8]] = [:]
        entries.reserveCapacity(1 << 15)
        let data = CanonicalData.shared
        var parts: [UInt32] = []
        // There are none beyond the plane of compatibility ideographs.
        for scalar in UInt32(0x80)..<0x30000 where !(0xD800..<0xE000).contains(scalar) {
            parts.removeAll(keepingCapacity: true)
            data.decompose(scalar, compatible: true) { parts.append($0) }
            guard parts.count > 1 || parts.first != scalar else { continue }
            let key = utf8([scalar])
            let normal = hangul.contains(scalar) ? key : nfkc(key)
            if normal != key { entries[key] = normal }
            // Characters that are written in parts; only the order that NFD has.
            parts.removeAll(keepingCapacity: true)
            data.decompose(scalar, compatible: false) { parts.append($0) }
            guard parts.count > 1 else { continue }
            let spelled = utf8(parts)
            if spelled != normal { entries[spelled] = normal }
        }
        addHalfwidthKana(to: &entries)
        // Kept apart on purpose: the fullwidth tilde, which Japanese uses as a dash.
        entries[utf8([0xFF5E])] = nil
        for scalar in UInt32(1)..<0x10000 {
            switch NmtNormalizer.map(scalar) {
            case scalar: break
            case let new: entries[utf8([scalar])] = new.map { utf8([$0]) } ?? []
            }
        }
        // What SentencePiece adds and leaves out: the Arabic letter mark, and the joiner inside emoji.
        entries[utf8([0x61C])] = [0x20]
        entries[utf8([0x200D])] = nil
        return entries
    }()

    /// Halfwidth kana and the halfwidth mark after it become one character.
    private static func addHalfwidthKana(to entries: inout [[UInt8]: [UInt8]]) {
        for scalar in UInt32(0xFF66)...0xFF9D {
            guard let base = entries[utf8([scalar])] else { continue }
            for (mark, combining) in [(UInt32(0xFF9E), UInt32(0x3099)), (0xFF9F, 0x309A)] {
                let composed = nfkc(base + utf8([combining]))
                if composed.count == 3 { entries[utf8([scalar, mark])] = composed }
            }
        }
    }

    private static func lowercased(_ entries: [[UInt8]: [UInt8]]) -> [[UInt8]: [UInt8]] {
        var result = entries.mapValues(lowercased)
        for scalar in UInt32(1)..<0x20000 where Unicode.Scalar(scalar) != nil {
            let key = utf8([scalar])
            guard result[key] == nil else { continue }
            let lower = lowercased(key)
            if lower != key { result[key] = lower }
        }
        return result
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        var text = AlignedText(emptyAt: 0, isTracked: false)
        text.bytes = bytes
        LowercaseNormalizer().normalize(&text)
        return text.bytes
    }

    private static func nfkc(_ bytes: [UInt8]) -> [UInt8] {
        var text = AlignedText(emptyAt: 0, isTracked: false)
        text.bytes = bytes
        UnicodeFormNormalizer(form: .compatibilityComposed).normalize(&text)
        return text.bytes
    }

    private static func utf8(_ scalars: [UInt32]) -> [UInt8] {
        var writer = ScalarWriter(capacity: scalars.count * 4, recordsChanges: false)
        for scalar in scalars { writer.append(scalar) }
        return writer.bytes
    }
}
