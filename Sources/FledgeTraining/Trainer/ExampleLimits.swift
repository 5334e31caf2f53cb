/// What examples must keep to for a model to take them: checked while records are read, so that an error can name the
/// file and the line.
public struct ExampleLimits: Sendable, Equatable {
    /// Tokens of a sequence at most; nil where any number goes.
    public var length: Int?
    /// Tokens of what a decoder must write at most.
    public var targetLength: Int?
    /// How many token ids there are; nil where that is not known.
    public var vocabularySize: Int?
    /// Segments that the model tells apart.
    public var segmentCount: Int?
    /// Classes of a classifier; nil where labels are token ids.
    public var classCount: Int?
    /// Whether a classifier's outputs are numbers for themselves.
    public var isRegression: Bool

    public init(
        length: Int? = nil, targetLength: Int? = nil, vocabularySize: Int? = nil, segmentCount: Int? = nil,
        classCount: Int? = nil, isRegression: Bool = false
    ) {
        self.length = length
        self.targetLength = targetLength
        self.vocabularySize = vocabularySize
        self.segmentCount = segmentCount
        self.classCount = classCount
        self.isRegression = isRegression
    }

    /// What is wrong with a document, and what to do; nil if nothing is. Of a document that is `packed` into blocks with
    /// others the length does not matter.
    func complaint(of document: TokenizedDocument, packed: Bool) -> (problem: String, remedy: String)? {
        if let complaint = complaint(ofIDs: document.ids, packed: packed) { return complaint }
        if let segmentCount, let id = document.segmentIDs?.first(where: { $0 < 0 || $0 >= segmentCount }) {
            return (
                "the token type id \(id) does not exist in the model, which has \(segmentCount), counted from 0",
                "Use the tokenizer that the model was made for."
            )
        }
        switch document.labels {
        case .target(let ids)?: return complaint(ofIDs: ids, packed: packed, isTarget: true)
        case .tokens(let labels)?: return complaint(ofClasses: labels)
        case .category(let number)?: return complaint(ofClasses: [number])
        case .categories(let numbers)?:
            guard let classCount, numbers.count != classCount else { return nil }
            return (
                "there are \(numbers.count) labels, and the model has \(classCount) outputs",
                "Give one number for each output."
            )
        case .span?, nil: return nil
        }
    }

    private func complaint(
        ofIDs ids: [Int], packed: Bool, isTarget: Bool = false
    ) -> (problem: String, remedy: String)? {
        if !packed, let length = isTarget ? targetLength : length, ids.count > length {
            return (
                "the \(isTarget ? "target" : "text") has \(ids.count) tokens, and the model has positions for \(length)",
                "Shorten it, or have it cut (\(isTarget ? "--max-target-length" : "--max-length") \(length))."
            )
        }
        let lowest = isTarget ? Labels.ignored : 0
        guard let vocabularySize,
            let id = ids.first(where: { $0 >= vocabularySize || $0 < lowest || ($0 < 0 && $0 != lowest) })
        else { return nil }
        return (
            "the token id \(id) is outside the model's vocabulary of \(vocabularySize)",
            "Use the tokenizer that the model was made for."
        )
    }

    private func complaint(ofClasses labels: [Int]) -> (problem: String, remedy: String)? {
        guard let count = classCount ?? vocabularySize,
            let label = labels.first(where: { $0 >= count || ($0 < 0 && $0 != Labels.ignored) })
        else { return nil }
        return (
            "the label \(label) is none of the model's \(count) \(classCount == nil ? "token ids" : "classes")",
            "Use labels from 0 to \(count - 1), or \(Labels.ignored) for places that do not count."
        )
    }
}
