/// The rules of mteval-v13a for languages of the Latin script, without those that only concern its file format.
enum Tokenizer13a {
    /// The text with spaces around what stands alone.
    static func separated(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var text = removing("<skipped>", from: scalars)
        text = removing("-\n", from: text)
        for index in text.indices where text[index] == "\n" { text[index] = " " }
        if text.contains("&") {
            text = replacing("&quot;", by: "\"", in: text)
            text = replacing("&amp;", by: "&", in: text)
            text = replacing("&lt;", by: "<", in: text)
            text = replacing("&gt;", by: ">", in: text)
        }
        text = [" "] + text + [" "]
        text = text.separating { isSymbol($0) }
        // A period or comma, unless a digit stands before it; then unless one stands after it; then a dash after a digit.
        return text.separatingPairs(.second) { !isDigit($0) && isPoint($1) }
            .separatingPairs(.first) { isPoint($0) && !isDigit($1) }
            .separatingPairs(.second) { isDigit($0) && $1 == "-" }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }

    private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

    /// The signs of ASCII other than apostrophe, comma, dash and period, and the space.
    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "{"..."~", "["..."`", " "..."&", "("..."+", ":"..."@", "/": true
        default: false
        }
    }

    private static func removing(_ phrase: String, from text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        replacing(phrase, by: nil, in: text)
    }

    private static func replacing(
        _ phrase: String, by replacement: Unicode.Scalar?, in text: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        let phrase = Array(phrase.unicodeScalars)
        guard text.contains(phrase[0]) else { return text }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            if text[index] == phrase[0], text[index...].starts(with: phrase) {
                if let replacement { result.append(replacement) }
                index += phrase.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}

extension [Unicode.Scalar] {
    /// Puts spaces around some scalars.
    func separating(_ standsAlone: (Unicode.Scalar) -> Bool) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(count + count / 4)
        for scalar in self {
            if standsAlone(scalar) {
                result.append(" ")
                result.append(scalar)
                result.append(" ")
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    /// Which of two neighbours stands alone.
    enum Neighbour {
        case first, second
    }

    /// Puts spaces around one of some pairs of neighbours, from left to right; a pair begins behind the one before it.
    func separatingPairs(
        _ alone: Neighbour, where matches: (Unicode.Scalar, Unicode.Scalar) -> Bool
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(count + count / 4)
        var index = 0
        while index < count {
            guard index + 1 < count, matches(self[index], self[index + 1]) else {
                result.append(self[index])
                index += 1
                continue
            }
            if alone == .first { result.append(" ") }
            result.append(self[index])
            result.append(" ")
            result.append(self[index + 1])
            if alone == .second { result.append(" ") }
            index += 2
        }
        return result
    }
}
