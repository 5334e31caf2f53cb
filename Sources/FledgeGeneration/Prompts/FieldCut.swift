import FledgeTokenizers

/// The places at which a text can be cut so that whole tokens remain.
struct FieldCut {
    private let text: [UInt8]
    private let end: PromptTemplate.KeptEnd
    /// For each token the bytes that it stands for.
    private let offsets: [Range<Int>]

    init(_ text: String, tokenizer: any Tokenizer, keeping end: PromptTemplate.KeptEnd) {
        self.text = Array(text.utf8)
        self.end = end
        offsets = tokenizer.encoding(of: text, addSpecialTokens: false).byteOffsets
    }

    /// How many tokens the whole text has.
    var tokens: Int { offsets.count }

    /// The first or last `count` tokens' text; where a token ends inside a character, all of that character is left out.
    func text(of count: Int) -> String {
        guard count > 0, !offsets.isEmpty else { return "" }
        guard count < tokens else { return String(decoding: text, as: UTF8.self) }
        switch end {
        case .start:
            var place = min(offsets[count - 1].upperBound, text.count)
            while place > 0, place < text.count, isInside(place) { place -= 1 }
            return String(decoding: text[..<place], as: UTF8.self)
        case .end:
            var place = min(offsets[tokens - count].lowerBound, text.count)
            while place < text.count, isInside(place) { place += 1 }
            return String(decoding: text[place...], as: UTF8.self)
        }
    }

    /// Whether a place is between the bytes of one scalar.
    private func isInside(_ place: Int) -> Bool { text[place] & 0xC0 == 0x80 }
}
