public import FledgeData
import FledgeTemplates
public import FledgeTokenizers

/// Says what kind a text, or a pair of texts, is of.
public struct SequenceClassification: Objective {
    /// What is to be said.
    public enum Kind: Sendable, Equatable {
        /// One of some classes, which the field names, or numbers from 0.
        case single(names: [String])
        /// Any of some classes: the field is the list of those that hold, by name or number.
        case multiple(names: [String])
        /// A number.
        case regression
    }

    private let tokenizer: ObjectiveTokenizer
    private let text: RecordText
    private let pair: RecordText?
    private let field: String
    private let kind: Kind
    private let classes: ClassTable
    private let maxLength: Int?

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - text: where the text is in a record.
    ///   - pair: where the second text is, if there is one.
    ///   - label: the field with the label.
    ///   - kind: what is to be said.
    ///   - maxLength: the most tokens, special ones included; the longer text is cut.
    public init(
        tokenizer: any Tokenizer, text: RecordText = "text", pair: RecordText? = nil, label: String = "label",
        kind: Kind, maxLength: Int? = nil
    ) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        self.text = text
        self.pair = pair
        field = label
        self.kind = kind
        self.maxLength = maxLength
        switch kind {
        case .single(let names), .multiple(let names): classes = ClassTable(names)
        case .regression: classes = ClassTable([])
        }
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let second: EncodingInput? = if let pair { .text(try pair.text(of: record)) } else { nil }
        let encoding = try tokenizer.encoding(
            of: .text(text.text(of: record)), pair: second, maxLength: maxLength, for: record)
        guard encoding.count > 0 else { return [] }
        return [
            TokenizedDocument(ids: encoding.ids, segmentIDs: encoding.segmentsIfAny, labels: try labels(of: record))
        ]
    }

    private func labels(of record: Record) throws(DataError) -> Labels {
        switch kind {
        case .single:
            return .category(try classes.number(of: record.value(of: field), field: field, record: record))
        case .multiple(let names):
            var row = [Float](repeating: 0, count: names.count)
            for value in try record.list(of: field) {
                row[try classes.number(of: value, field: field, record: record)] = 1
            }
            return .categories(row)
        case .regression:
            return .categories([Float(try record.number(of: field))])
        }
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? { document.labeledExample }
}
