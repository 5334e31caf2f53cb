public import FledgeData
import FledgeTemplates
public import FledgeTokenizers

/// Says what kind each word of a sentence is of, as in named entity recognition.
public struct TokenClassification: Objective {
    /// Which tokens of a word have a label.
    public enum Labeling: String, Sendable {
        /// The first one.
        case firstToken
        /// All of them; those after the first have `I-` for `B-`, if there is such a class.
        case allTokens
    }

    private let tokenizer: ObjectiveTokenizer
    private let tokensField: String
    private let tagsField: String
    private let classes: ClassTable
    /// For each class the one that goes on with it.
    private let continuations: [Int]
    private let labeling: Labeling
    private let maxLength: Int?

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - tokens: the field with the list of words.
    ///   - tags: the field with the list of the words' classes, by name or number.
    ///   - names: the classes; see ``LabelNames/all(of:in:)``.
    ///   - labeling: which tokens of a word have a label.
    ///   - maxLength: the most tokens, special ones included; the rest is cut off.
    public init(
        tokenizer: any Tokenizer, tokens: String = "tokens", tags: String = "tags", names: [String],
        labeling: Labeling = .firstToken, maxLength: Int? = nil
    ) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        tokensField = tokens
        tagsField = tags
        let classes = ClassTable(names)
        self.classes = classes
        continuations = names.enumerated().map { number, name in
            name.hasPrefix("B-") ? classes.numbers["I-" + name.dropFirst(2)] ?? number : number
        }
        self.labeling = labeling
        self.maxLength = maxLength
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let words = try record.texts(of: tokensField)
        var tags: [Int] = []
        for value in try record.list(of: tagsField) {
            tags.append(try classes.number(of: value, field: tagsField, record: record))
        }
        guard words.count == tags.count else {
            throw record.error("there are \(words.count) tokens and \(tags.count) tags")
        }
        guard !words.isEmpty else { return [] }
        let encoding = try tokenizer.encoding(of: .words(words), maxLength: maxLength, for: record)
        var last: Int?
        var labels: [Int] = []
        for word in encoding.wordIDs {
            if let word, tags.indices.contains(word) {
                let isFirst = word != last
                let rest = labeling == .allTokens ? continuations[tags[word]] : Labels.ignored
                labels.append(isFirst ? tags[word] : rest)
            } else {
                labels.append(Labels.ignored)
            }
            last = word
        }
        return [
            TokenizedDocument(ids: encoding.ids, segmentIDs: encoding.segmentsIfAny, labels: .tokens(labels))
        ]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? { document.labeledExample }
}
