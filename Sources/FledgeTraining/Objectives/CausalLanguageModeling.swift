public import FledgeData
public import FledgeTokenizers

/// Predicts each token from those before it.
///
/// Documents are joined, each with the end token behind it, and cut into blocks, or stay by themselves. The labels are
/// the ids; see ``Labels/tokens(_:)``.
public struct CausalLanguageModeling: Objective {
    private let tokenizer: any Tokenizer
    private let text: RecordText
    private let endID: Int
    /// How documents are put together; nil if each stays by itself.
    public let packing: Packing?
    /// The most tokens of a document that stays by itself; the rest is cut off.
    public var maxLength: Int?
    /// An id to put before each document, such as that of LLaMA's `<s>`.
    public var beginID: Int?

    /// Creates the objective for blocks.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - text: where the text is in a record.
    ///   - blockLength: how many tokens a block has.
    ///   - attention: whether tokens see the other documents of a block. ``Packing/Attention/wholeBlock`` is what nanoGPT
    ///     and transformers' `run_clm` do.
    ///   - id: the end token; nil for the one that the tokenizer's configuration names.
    /// - Throws: ``DataError/invalidOption(name:problem:remedy:)`` if there is no end token.
    public init(
        tokenizer: any Tokenizer, text: RecordText = "text", blockLength: Int,
        attention: Packing.Attention = .withinDocuments, endID id: Int? = nil
    ) throws(DataError) {
        self.tokenizer = tokenizer
        self.text = text
        endID = try ObjectiveTokenizer(tokenizer).endID(id)
        packing = Packing(length: blockLength, attention: attention, separator: endID)
    }

    /// Creates the objective for documents that stay by themselves, with the end token behind each of them.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - text: where the text is in a record.
    ///   - maxLength: the most tokens of a document, nil for no limit.
    ///   - id: the end token; nil for the one that the tokenizer's configuration names.
    /// - Throws: ``DataError/invalidOption(name:problem:remedy:)`` if there is no end token.
    public init(
        tokenizer: any Tokenizer, text: RecordText = "text", maxLength: Int? = nil, endID id: Int? = nil
    ) throws(DataError) {
        self.tokenizer = tokenizer
        self.text = text
        endID = try ObjectiveTokenizer(tokenizer).endID(id)
        packing = nil
        self.maxLength = maxLength
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        var ids = tokenizer.encode(text: try text.text(of: record), addSpecialTokens: false)
        guard !ids.isEmpty else { return [] }
        if let beginID { ids.insert(beginID, at: 0) }
        guard packing == nil else { return [TokenizedDocument(ids: ids)] }
        ids.append(endID)
        return [TokenizedDocument(ids: maxLength.map { Array(ids.prefix(max($0, 0))) } ?? ids)]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? {
        // A token alone has nothing to be predicted from.
        guard document.ids.count > 1 else { return nil }
        return TrainingExample(inputIDs: document.ids, labels: .tokens(document.ids))
    }
}
