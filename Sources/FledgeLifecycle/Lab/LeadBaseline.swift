/// The summary that costs nothing: the beginning of the text. A system that is no better has not read what it summarises.
///
/// Of a text in lines, such as a conversation, it is the first three lines that are not empty; of any other the first
/// three sentences, each with the mark that ends it.
public enum LeadBaseline {
    /// What the first three are.
    public enum Unit: String, Sendable, Codable {
        case lines, sentences
    }

    /// What most of the texts are made of.
    public static func unit(of texts: [String]) -> Unit {
        let inLines = texts.count { lines(of: $0).count > 1 }
        return inLines * 2 > texts.count ? .lines : .sentences
    }

    /// The first three lines or sentences, a line each.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - unit: what to take.
    ///   - count: how many.
    /// - Returns: the summary.
    /// - Complexity: O(text).
    public static func summary(of text: String, unit: Unit, count: Int = 3) -> String {
        let parts = unit == .lines ? lines(of: text) : sentences(of: text, count: count)
        return parts.prefix(count).joined(separator: "\n")
    }

    private static func lines(of text: String) -> [Substring] {
        text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// A sentence ends with `.`, `!`, `?` or `。` before white space, or with the text.
    private static func sentences(of text: String, count: Int) -> [Substring] {
        var sentences: [Substring] = []
        var start = text.startIndex
        var ends = false
        for index in text.indices where sentences.count < count {
            let character = text[index]
            if character.isWhitespace {
                if ends || text[start..<index].allSatisfy(\.isWhitespace) {
                    if ends { sentences.append(text[start..<index]) }
                    start = text.index(after: index)
                }
                ends = false
            } else {
                ends = ".!?。".contains(character) || (ends && "\"')”’".contains(character))
            }
        }
        if sentences.count < count, start < text.endIndex { sentences.append(text[start...]) }
        return sentences.filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
