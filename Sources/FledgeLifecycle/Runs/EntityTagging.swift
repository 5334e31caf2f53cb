public import FledgeData
public import FledgeGeneration
import FledgeModels
import FledgeTemplates
import FledgeTokenizers

/// The tags of a sentence's words. A word has the tag of its first token.
public struct EntityTagging: ExampleTask {
    private let recognizer: EntityRecognizer
    private let tokensField: String
    private let tagsField: String

    /// - Parameters:
    ///   - recognizer: the model.
    ///   - tokens: the field with the list of words.
    ///   - tags: the field with the list of their right tags, by name or by number.
    public init(_ recognizer: EntityRecognizer, tokens: String = "tokens", tags: String = "tags") {
        self.recognizer = recognizer
        tokensField = tokens
        tagsField = tags
    }

    public var task: RunTask { .ner }
    public var options: [String: String] { ["tokens": tokensField, "tags": tagsField] }

    public func input(of record: Record) throws -> [String] {
        let words = try record.texts(of: tokensField)
        guard !words.isEmpty else { throw record.error("the list “\(tokensField)” is empty") }
        if let word = words.first(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw record.error("a word of “\(tokensField)” is “\(word)”, which has no letters")
        }
        return words
    }

    public func references(of record: Record) throws -> [String] {
        let words = try record.list(of: tokensField).count
        var tags: [String] = []
        for value in try record.list(of: tagsField) {
            // The data may have tags that the model never gives.
            if case .string(let tag) = value, !tag.isEmpty, !tag.contains(where: \.isWhitespace) {
                tags.append(tag)
            } else {
                tags.append(
                    try record.className(of: value, field: tagsField, among: recognizer.model.labels.names))
            }
        }
        guard tags.count == words else { throw record.error("there are \(words) words and \(tags.count) tags") }
        return [tags.joined(separator: " ")]
    }

    public func text(of input: [String]) -> String { input.joined(separator: " ") }

    public func tokenCount(of input: [String]) throws -> Int {
        recognizer.tokenizer.encode(text: text(of: input), addSpecialTokens: true).count
    }

    public func predictions(
        for inputs: [[String]]
    ) throws -> [(prediction: String, notes: [RunRecord.Note])] {
        let found = try recognizer.recognize(inputs.map(text), aggregation: .none, ignoring: [])
        return zip(inputs, found).map { words, tokens in
            let end = tokens.last?.byteRange.upperBound ?? 0
            var start = 0
            var next = 0
            var behind = 0
            let tags = words.map { word in
                let range = start..<start + word.utf8.count
                start = range.upperBound + 1
                if range.lowerBound >= end { behind += 1 }
                while next < tokens.count, tokens[next].byteRange.upperBound <= range.lowerBound { next += 1 }
                guard next < tokens.count, tokens[next].byteRange.lowerBound < range.upperBound else { return "O" }
                return tokens[next].label
            }
            let notes =
                behind == 0
                ? []
                : [RunRecord.Note(kind: "cut_text", text: "\(behind) of \(words.count) words were cut and have no tag")]
            return (tags.joined(separator: " "), notes)
        }
    }
}
