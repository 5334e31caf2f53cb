/// A token that is looked for in the text as it stands, before the model sees the rest: `</s>`, `<extra_id_0>`, …
public struct AddedToken: Sendable, Equatable {
    /// Its id.
    public var id: Int
    /// The text that it stands for.
    public var content: String
    /// Whether it is left out when decoding without special tokens.
    public var isSpecial: Bool
    /// Whether it must not touch a letter, digit or underscore on either side.
    public var isSingleWord: Bool
    /// Whether it takes in the white space before it.
    public var stripsLeft: Bool
    /// Whether it takes in the white space after it.
    public var stripsRight: Bool
    /// Whether it is looked for in the normalized text, and itself normalized, rather than in the original.
    public var isNormalized: Bool

    /// Creates a token.
    public init(
        id: Int, content: String, isSpecial: Bool, isSingleWord: Bool = false, stripsLeft: Bool = false,
        stripsRight: Bool = false, isNormalized: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.isSingleWord = isSingleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized
    }
}

extension AddedToken {
    /// Reads an element of `added_tokens`, or of `added_tokens_decoder` when `id` is its key.
    static func read(_ value: JSONField, id: Int? = nil) throws(TokenizerError) -> AddedToken {
        let content = try value["content"].string()
        guard content.utf8.count <= AddedVocabulary.longestToken else {
            throw value["content"].damaged("it is longer than \(AddedVocabulary.longestToken) bytes")
        }
        let number = if let id { id } else { try value["id"].index() }
        let isSpecial = try value["special"].bool(default: false)
        return AddedToken(
            id: number, content: content, isSpecial: isSpecial,
            isSingleWord: try value["single_word"].bool(default: false),
            stripsLeft: try value["lstrip"].bool(default: false),
            stripsRight: try value["rstrip"].bool(default: false),
            isNormalized: try value["normalized"].bool(default: !isSpecial))
    }
}
