public import FledgeData
public import FledgeGeneration
import FledgeModels
import FledgeTemplates
import FledgeTokenizers

/// The class of a text, or of a pair of texts.
public struct TextClassification: ExampleTask {
    /// What a record asks.
    public typealias Input = TextPair

    /// A text, and a second one for models that compare two.
    public struct TextPair: Sendable {
        let text: String
        let pair: String?
    }

    private let classifier: TextClassifier
    private let textField: String
    private let pairField: String?
    private let labelField: String

    /// - Parameters:
    ///   - classifier: the model.
    ///   - text: the field with the text.
    ///   - pair: the field with the second text, nil for none.
    ///   - label: the field with the right class, by name or by number.
    public init(_ classifier: TextClassifier, text: String = "text", pair: String? = nil, label: String = "label") {
        self.classifier = classifier
        textField = text
        pairField = pair
        labelField = label
    }

    public var task: RunTask { .classification }
    public var options: [String: String] {
        ["text": textField, "label": labelField].merging(pairField.map { ["pair": $0] } ?? [:]) { $1 }
    }

    public func input(of record: Record) throws -> TextPair {
        TextPair(text: try record.text(of: textField), pair: try pairField.map { try record.text(of: $0) })
    }

    public func references(of record: Record) throws -> [String] {
        [try record.className(of: labelField, among: classifier.model.labels.names)]
    }

    public func text(of input: TextPair) -> String { input.text + (input.pair.map { "\u{0}" + $0 } ?? "") }

    public func tokenCount(of input: TextPair) throws -> Int {
        [input.text, input.pair].compactMap { $0 }
            .reduce(0) { $0 + classifier.tokenizer.encode(text: $1, addSpecialTokens: true).count }
    }

    public func predictions(
        for inputs: [TextPair]
    ) throws -> [(prediction: String, notes: [RunRecord.Note])] {
        try classifier.classify(pairs: inputs.map { ($0.text, $0.pair) }).map { ($0.first?.label ?? "", []) }
    }
}

extension Record {
    /// The name of a class that a field names or numbers from 0.
    ///
    /// - Throws: a `DataError` that lists the classes.
    func className(of field: String, among names: [String]) throws(DataError) -> String {
        try className(of: try value(of: field), field: field, among: names)
    }

    /// The name of a class that a value names or numbers from 0.
    func className(of value: Value, field: String, among names: [String]) throws(DataError) -> String {
        switch value {
        case .string(let name) where names.contains(name): return name
        case .string(let text):
            if let number = Int(text), names.indices.contains(number) { return names[number] }
        case .int(let number): if names.indices.contains(number) { return names[number] }
        default: break
        }
        let shown = names.prefix(20).map { "“\($0)”" }.joined(separator: ", ")
        throw error(
            "the field “\(field)” is none of the model's \(names.count) classes",
            remedy: "The classes are \(shown), or their numbers from 0.")
    }
}
