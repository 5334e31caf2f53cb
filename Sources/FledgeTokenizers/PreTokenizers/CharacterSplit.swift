/// What becomes of the characters at which a text is cut.
enum DelimiterBehavior: String, Sendable {
    /// They disappear.
    case removed = "Removed"
    /// Each is a part.
    case isolated = "Isolated"
    /// Each ends the part before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// Each begins the part after it.
    case mergedWithNext = "MergedWithNext"
    /// Each run of them is a part.
    case contiguous = "Contiguous"

    static func read(_ value: JSONField, default fallback: DelimiterBehavior) throws(TokenizerError)
        -> DelimiterBehavior
    {
        guard !value.isNullOrMissing else { return fallback }
        let name = try value.string()
        guard let behavior = DelimiterBehavior(rawValue: name) else {
            throw value.unsupported("behavior of a pre-tokenizer", name)
        }
        return behavior
    }
}

/// Cuts at characters of a certain kind: punctuation, digits, one character.
struct CharacterSplit: PreTokenizer {
    enum Delimiter: Sendable, Equatable {
        case punctuation, numeric
        case scalar(UInt32)

        @inline(__always)
        func contains(_ scalar: UInt32) -> Bool {
            switch self {
            case .punctuation: CharacterProperties.of(scalar).contains(.punctuation)
            case .numeric: CharacterProperties.of(scalar).contains(.numeric)
            case .scalar(let only): scalar == only
            }
        }
    }

    let delimiter: Delimiter
    let behavior: DelimiterBehavior

    var needsOrigins: Bool { false }

    func split(_ text: inout PreTokenizedText) {
        text.cut { bytes, range, emit in forEachPart(of: bytes, range, emit) }
    }

    /// Calls a closure with the parts in order, none of them empty.
    func forEachPart(of bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ emit: (Range<Int>) -> Void) {
        var start = range.lowerBound
        var index = range.lowerBound
        var wasDelimiter = false
        func finish(at end: Int) {
            if start < end { emit(start..<end) }
            start = end
        }
        while index < range.upperBound {
            let length = UTF8Scan.length(bytes[index])
            let isDelimiter = delimiter.contains(UTF8Scan.scalar(at: index, length: length, in: bytes))
            let next = index + length
            switch behavior {
            case .removed:
                if isDelimiter {
                    finish(at: index)
                    start = next
                }
            case .isolated: if isDelimiter || wasDelimiter { finish(at: index) }
            case .contiguous: if isDelimiter != wasDelimiter { finish(at: index) }
            case .mergedWithPrevious: if wasDelimiter { finish(at: index) }
            case .mergedWithNext: if isDelimiter { finish(at: index) }
            }
            wasDelimiter = isDelimiter
            index = next
        }
        finish(at: range.upperBound)
    }
}

extension PreTokenizedText {
    /// Cuts every part but added tokens into smaller ones, which a closure emits in order.
    mutating func cut(
        _ body: (UnsafeBufferPointer<UInt8>, Range<Int>, (Range<Int>) -> Void) -> Void
    ) {
        var cut: [Split] = []
        cut.reserveCapacity(max(splits.count, text.bytes.count / 5))
        text.bytes.withUnsafeBufferPointer { bytes in
            for split in splits {
                guard split.addedToken == nil else {
                    cut.append(split)
                    continue
                }
                body(bytes, split.range) { part in
                    let origin = text.isTracked ? text.starts[part.lowerBound] : 0
                    cut.append(Split(range: part, origin: origin, addedToken: nil))
                }
            }
        }
        splits = cut
    }
}
