/// A text cut into the parts that the model sees one by one.
struct PreTokenizedText: Sendable {
    /// One part.
    struct Split: Sendable {
        /// Its bytes in ``PreTokenizedText/text``.
        var range: Range<Int>
        /// Where in the original text it begins, known when origins are tracked.
        var origin: Int
        /// The added token that it is, or nil if the model is to decide.
        var addedToken: Int?
    }

    /// All the parts, one after the other.
    var text: AlignedText
    var splits: [Split] = []

    init(capacity: Int, isTracked: Bool) {
        text = AlignedText(emptyAt: 0, isTracked: isTracked)
        text.bytes.reserveCapacity(capacity)
    }

    /// Appends a part, if it is not empty.
    mutating func append(_ part: AlignedText, _ range: Range<Int>, addedToken: Int? = nil) {
        guard !range.isEmpty else { return }
        let start = text.bytes.count
        if start == 0, range.count == part.bytes.count {
            text = part
        } else {
            text.append(part, range)
        }
        splits.append(
            Split(
                range: start..<(start + range.count), origin: part.isTracked ? part.starts[range.lowerBound] : 0,
                addedToken: addedToken))
    }
}

/// A step that cuts the parts of a text into smaller ones.
///
/// A new kind is a value in a file of its own and one line in ``PreTokenizerReader``.
protocol PreTokenizer: Sendable {
    /// Whether the result depends on where in the original text a part begins.
    var needsOrigins: Bool { get }

    /// Cuts all parts but added tokens.
    func split(_ text: inout PreTokenizedText)
}

/// Several pre-tokenizers, one after the other.
struct SequencePreTokenizer: PreTokenizer {
    let steps: [any PreTokenizer]

    var needsOrigins: Bool { steps.contains { $0.needsOrigins } }

    func split(_ text: inout PreTokenizedText) {
        for step in steps { step.split(&text) }
    }
}

/// Builds pre-tokenizers from `tokenizer.json`.
enum PreTokenizerReader {
    /// The pre-tokenizer that a `pre_tokenizer` object describes, or nil for `null`.
    static func read(_ value: JSONField) throws(TokenizerError) -> (any PreTokenizer)? {
        guard !value.isNullOrMissing else { return nil }
        let type = try value["type"].string()
        switch type {
        case "Sequence":
            var steps: [any PreTokenizer] = []
            for element in try value["pretokenizers"].array() {
                if let step = try read(element) { steps.append(step) }
            }
            return SequencePreTokenizer(steps: steps)
        case "WhitespaceSplit":
            return WhitespaceSplit()
        case "BertPreTokenizer":
            return BertPreTokenizer()
        case "Whitespace":
            return WordSplit()
        case "Punctuation":
            return CharacterSplit(
                delimiter: .punctuation, behavior: try DelimiterBehavior.read(value["behavior"], default: .isolated))
        case "Digits":
            let isIndividual = try value["individual_digits"].bool(default: false)
            return CharacterSplit(delimiter: .numeric, behavior: isIndividual ? .isolated : .contiguous)
        case "CharDelimiterSplit":
            let delimiter = try value["delimiter"].string().unicodeScalars
            guard let only = delimiter.first, delimiter.count == 1 else {
                throw value["delimiter"].damaged("it should be one character")
            }
            return CharacterSplit(delimiter: .scalar(only.value), behavior: .removed)
        case "ByteLevel":
            return try ByteLevelPreTokenizer.read(value)
        case "UnicodeScripts":
            return ScriptSplit()
        case "Split":
            return try SplitPreTokenizer.read(value)
        case "Metaspace":
            return MetaspacePreTokenizer(options: try Metaspace.read(value))
        default:
            throw value.unsupported("pre-tokenizer", type)
        }
    }
}
