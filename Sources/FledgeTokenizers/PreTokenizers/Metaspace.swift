/// How spaces are made visible: the options that the Metaspace pre-tokenizer and decoder share.
struct Metaspace: Sendable, Equatable {
    /// When the replacement is also put before a part that does not begin with it.
    enum PrependScheme: String, Sendable {
        case always, first, never
    }

    /// The character that stands for a space, usually `▁` (U+2581).
    let replacement: [UInt8]
    let prependScheme: PrependScheme
    /// Whether parts are cut before each replacement.
    let splits: Bool

    /// Reads the options, `add_prefix_space` of older files included.
    static func read(_ value: JSONField) throws(TokenizerError) -> Metaspace {
        let replacement = try value["replacement"].string()
        guard replacement.unicodeScalars.count == 1 else {
            throw value["replacement"].damaged("it should be one character")
        }
        var scheme = PrependScheme.always
        if !value["prepend_scheme"].isNullOrMissing {
            let name = try value["prepend_scheme"].string()
            guard let named = PrependScheme(rawValue: name) else {
                throw value["prepend_scheme"].damaged("it should be always, first or never, not “\(name)”")
            }
            scheme = named
        }
        if try !value["add_prefix_space"].bool(default: true) {
            guard scheme == .never || value["prepend_scheme"].isNullOrMissing else {
                throw value["add_prefix_space"].damaged("it is false, which contradicts prepend_scheme")
            }
            scheme = .never
        }
        return Metaspace(
            replacement: Array(replacement.utf8), prependScheme: scheme, splits: try value["split"].bool(default: true))
    }
}

/// Replaces spaces by a visible character and cuts before each.
struct MetaspacePreTokenizer: PreTokenizer {
    let options: Metaspace

    var needsOrigins: Bool { options.prependScheme == .first }

    func split(_ text: inout PreTokenizedText) {
        let old = text
        text = PreTokenizedText(
            capacity: old.text.bytes.count + old.splits.count * options.replacement.count,
            isTracked: old.text.isTracked)
        text.splits.reserveCapacity(old.splits.count)
        old.text.bytes.withUnsafeBufferPointer { bytes in
            for split in old.splits {
                if split.addedToken == nil {
                    replaceAndCut(split, of: old.text, bytes, into: &text)
                } else {
                    let start = text.text.bytes.count
                    text.text.append(old.text, split.range)
                    text.splits.append(
                        .init(
                            range: start..<text.text.bytes.count, origin: split.origin, addedToken: split.addedToken))
                }
            }
        }
    }

    private func replaceAndCut(
        _ split: PreTokenizedText.Split, of old: AlignedText, _ bytes: UnsafeBufferPointer<UInt8>,
        into text: inout PreTokenizedText
    ) {
        let replacement = options.replacement
        var cut = text.text.bytes.count
        func finish(_ text: inout PreTokenizedText) {
            let end = text.text.bytes.count
            guard cut < end else { return }
            let origin = old.isTracked ? text.text.starts[cut] : 0
            text.splits.append(.init(range: cut..<end, origin: origin, addedToken: nil))
            cut = end
        }
        var index = split.range.lowerBound
        let beginsWithSpace = bytes[index] == 0x20 || isReplacement(at: index, split.range, in: bytes)
        let prepends =
            switch options.prependScheme {
            case .always: !beginsWithSpace
            case .first: !beginsWithSpace && split.origin == 0
            case .never: false
            }
        if prepends {
            let source = old.origin(before: index + 1)
            text.text.append(replacement, start: source.start, end: source.end)
        }
        while index < split.range.upperBound {
            let isSpace = bytes[index] == 0x20
            if options.splits, isSpace || isReplacement(at: index, split.range, in: bytes) { finish(&text) }
            if isSpace {
                let source = old.origin(before: index + 1)
                text.text.append(replacement, start: source.start, end: source.end)
                index += 1
            } else {
                var end = index + UTF8Scan.length(bytes[index])
                while end < split.range.upperBound, bytes[end] != 0x20, bytes[end] != replacement[0] { end += 1 }
                text.text.append(old, index..<end)
                index = end
            }
        }
        finish(&text)
    }

    @inline(__always)
    private func isReplacement(at index: Int, _ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes[index] == options.replacement[0], range.upperBound - index >= options.replacement.count else {
            return false
        }
        for offset in 1..<max(options.replacement.count, 1) where bytes[index + offset] != options.replacement[offset] {
            return false
        }
        return true
    }
}
