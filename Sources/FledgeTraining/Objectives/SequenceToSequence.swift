public import FledgeData
public import FledgeTokenizers

/// Writes one text for another: summaries, translations, answers.
public struct SequenceToSequence: Objective {
    private let tokenizer: ObjectiveTokenizer
    private let source: RecordText
    private let target: RecordText
    /// The most tokens of the source, special ones included; the rest is cut off.
    public var maxSourceLength: Int?
    /// The most tokens of the target, special ones included; the rest is cut off.
    public var maxTargetLength: Int?

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer, which adds the end token to both texts.
    ///   - source: where the text to read is in a record.
    ///   - target: where the text to write is.
    ///   - maxSourceLength: the most tokens of the source, nil for no limit.
    ///   - maxTargetLength: the most tokens of the target, nil for no limit.
    public init(
        tokenizer: any Tokenizer, source: RecordText, target: RecordText, maxSourceLength: Int? = nil,
        maxTargetLength: Int? = nil
    ) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        self.source = source
        self.target = target
        self.maxSourceLength = maxSourceLength
        self.maxTargetLength = maxTargetLength
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let inputs = try tokenizer.ids(of: source.text(of: record), maxLength: maxSourceLength, for: record)
        let target = try tokenizer.ids(of: target.text(of: record), maxLength: maxTargetLength, for: record)
        guard !inputs.isEmpty, !target.isEmpty else { return [] }
        return [TokenizedDocument(ids: inputs, labels: .target(target))]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? { document.labeledExample }
}
