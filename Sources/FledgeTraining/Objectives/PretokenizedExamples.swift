public import FledgeData
import FledgeTemplates

/// Examples that are token ids already, as other tools write them: one object a line with `input_ids` and `labels`, or
/// `label`.
///
/// A record may have `token_type_ids`. All ids are checked.
public struct PretokenizedExamples: Objective {
    /// What the labels are.
    public enum Kind: Sendable, Equatable {
        /// `labels` has an id or -100 for each id of `input_ids`. Without `labels` they are the ids themselves.
        case tokens
        /// `labels` are what a decoder must write.
        case target
        /// `labels` has a class or -100 for each id of `input_ids`.
        case tokenClasses(count: Int)
        /// `label`, or `labels`, is a class.
        case category(count: Int)
        /// `label`, or `labels`, is a number, or a list of as many as there are outputs.
        case numbers(count: Int)
    }

    private let vocabularySize: Int
    private let kind: Kind

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - vocabularySize: how many ids there are.
    ///   - kind: what the labels are.
    public init(vocabularySize: Int, kind: Kind = .tokens) {
        self.vocabularySize = vocabularySize
        self.kind = kind
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let ids = try record.integers(of: "input_ids")
        guard !ids.isEmpty else { throw record.error("“input_ids” is empty") }
        try check(ids, "input_ids", count: vocabularySize, allowsIgnored: false, record)
        var segments: [Int]?
        if let value = record["token_type_ids"], value != .null {
            segments = try record.integers(of: "token_type_ids")
            try check(segments ?? [], "token_type_ids", count: 1 << 16, allowsIgnored: false, record)
            guard segments?.count == ids.count else {
                throw record.error("“token_type_ids” has not as many elements as “input_ids”")
            }
        }
        return [TokenizedDocument(ids: ids, segmentIDs: segments, labels: try labels(of: record, ids))]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? { document.labeledExample }

    private func labels(of record: Record, _ ids: [Int]) throws(DataError) -> Labels {
        switch kind {
        case .tokens:
            guard record["labels"] != nil else { return .tokens(ids) }
            return .tokens(try aligned(ids, count: vocabularySize, record))
        case .tokenClasses(let count):
            return .tokens(try aligned(ids, count: count, record))
        case .target:
            let target = try record.integers(of: "labels")
            guard !target.isEmpty else { throw record.error("“labels” is empty") }
            try check(target, "labels", count: vocabularySize, allowsIgnored: true, record)
            return .target(target)
        case .category(let count):
            let name = record["label"] == nil ? "labels" : "label"
            let number = try record.integer(of: name)
            try check([number], name, count: count, allowsIgnored: false, record)
            return .category(number)
        case .numbers(let count):
            return .categories(try numbers(of: record, count: count))
        }
    }

    private func aligned(_ ids: [Int], count: Int, _ record: Record) throws(DataError) -> [Int] {
        let labels = try record.integers(of: "labels")
        guard labels.count == ids.count else {
            throw record.error("there are \(ids.count) “input_ids” and \(labels.count) “labels”")
        }
        try check(labels, "labels", count: count, allowsIgnored: true, record)
        return labels
    }

    private func numbers(of record: Record, count: Int) throws(DataError) -> [Float] {
        let name = record["label"] == nil ? "labels" : "label"
        var numbers: [Float] = []
        if case .array(let values)? = record[name] {
            for value in values {
                switch value {
                case .int(let number): numbers.append(Float(number))
                case .double(let number): numbers.append(Float(number))
                default: throw record.error("“\(name)” should be numbers, and there is \(value.kindInWords)")
                }
            }
        } else {
            numbers = [Float(try record.number(of: name))]
        }
        guard numbers.count == count, numbers.allSatisfy(\.isFinite) else {
            throw record.error("“\(name)” should be \(count) finite numbers, and there are \(numbers.count)")
        }
        return numbers
    }

    private func check(
        _ ids: [Int], _ name: String, count: Int, allowsIgnored: Bool, _ record: Record
    ) throws(DataError) {
        let isWrong = { (id: Int) in (id < 0 || id >= count) && !(allowsIgnored && id == Labels.ignored) }
        guard let place = ids.firstIndex(where: isWrong) else { return }
        let ignored = allowsIgnored ? " or \(Labels.ignored)" : ""
        throw record.error(
            "“\(name)” has \(ids[place]) at place \(place), and only 0 to \(count - 1)\(ignored) are allowed",
            remedy: "Use the tokenizer and the classes that the model was made for.")
    }
}
