import FledgeTokenizers

/// A token with its text.
public struct ExplainedToken: Codable, Sendable, Equatable {
    public var id: Int
    /// As the vocabulary spells it, such as `▁Once` or `Ġa`; nil without a tokenizer.
    public var piece: String?
    /// What it puts into a text; bytes that are no whole characters as `\xF0`.
    public var text: String
    /// The same to the byte.
    public var bytes: [UInt8]
    /// Whether it steers the model and is left out of texts.
    public var isSpecial: Bool

    enum CodingKeys: String, CodingKey {
        case id, piece, text, bytes
        case isSpecial = "is_special"
    }

    /// How to show it on one line: its text with white space made visible and what would steer a terminal spelled out, or
    /// its id where it has no text.
    public var label: String {
        let shown = text.isEmpty ? piece ?? "#\(id)" : text
        return shown.unicodeScalars.reduce(into: "") { label, scalar in
            switch scalar {
            case " ": label += "·"
            case "\n": label += "⏎"
            case "\t": label += "⇥"
            case "\u{200D}": label.unicodeScalars.append(scalar)
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    label += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                default: label.unicodeScalars.append(scalar)
                }
            }
        }
    }
}

/// Makes tokens of ids.
struct TokenReader {
    private let tokenizer: (any Tokenizer)?
    private let special: Set<Int>

    init(_ tokenizer: (any Tokenizer)?) {
        self.tokenizer = tokenizer
        special = Set((tokenizer?.addedTokens ?? []).filter(\.isSpecial).map(\.id))
    }

    func token(_ id: Int) -> ExplainedToken {
        let bytes = tokenizer?.bytes(ofToken: id) ?? []
        return ExplainedToken(
            id: id, piece: tokenizer?.convertIdToToken(id), text: TokenReader.text(bytes), bytes: bytes,
            isSpecial: special.contains(id))
    }

    func tokens(_ ids: some Sequence<Int>) -> [ExplainedToken] { ids.map(token) }

    /// UTF-8 as it stands; if it is none, every byte beyond ASCII as its number.
    static func text(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.utf8.elementsEqual(bytes) { return text }
        return bytes.reduce(into: "") { text, byte in
            if byte < 0x80 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
