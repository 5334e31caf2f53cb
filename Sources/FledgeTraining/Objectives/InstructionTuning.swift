public import FledgeData
public import FledgeTemplates
public import FledgeTokenizers

/// Answers as a model of conversations should; only the answers count for the loss.
public struct InstructionTuning: Objective {
    private enum Source: Sendable {
        case messages(field: String, template: ChatTemplate)
        case pair(prompt: RecordText, answer: RecordText, endID: Int)
    }

    private let tokenizer: ObjectiveTokenizer
    private let source: Source
    /// The most tokens of an example; the rest is cut off, and an example without an answer then is left out.
    public var maxLength: Int?

    /// Creates the objective for conversations: a field with a list of objects with `role` and `content`.
    ///
    /// What the template writes from the end of a prompt to the end of the assistant's message counts, the token that
    /// ends the message included.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - template: the model's chat template.
    ///   - messages: the field.
    ///   - maxLength: the most tokens of an example.
    public init(
        tokenizer: any Tokenizer, template: ChatTemplate, messages: String = "messages", maxLength: Int? = nil
    ) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        source = .messages(field: messages, template: template)
        self.maxLength = maxLength
    }

    /// Creates the objective for prompts with answers. The end token follows the answer.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - prompt: where the prompt is in a record.
    ///   - answer: where the answer is.
    ///   - maxLength: the most tokens of an example.
    ///   - id: the end token; nil for the one that the tokenizer's configuration names.
    /// - Throws: ``DataError/invalidOption(name:problem:remedy:)`` if there is no end token.
    public init(
        tokenizer: any Tokenizer, prompt: RecordText, answer: RecordText, maxLength: Int? = nil, endID id: Int? = nil
    ) throws(DataError) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        source = .pair(prompt: prompt, answer: answer, endID: try self.tokenizer.endID(id))
        self.maxLength = maxLength
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let (ids, labels): ([Int], [Int])
        switch source {
        case .pair(let prompt, let answer, let endID):
            let (prompt, answer) = (try prompt.text(of: record), try answer.text(of: record))
            let head = tokenizer.tokenizer.encode(text: prompt, addSpecialTokens: false)
            let tail = tokenizer.tokenizer.encode(text: answer, addSpecialTokens: false) + [endID]
            (ids, labels) = (head + tail, head.map { _ in Labels.ignored } + tail)
        case .messages(let field, let template):
            let conversation = try Conversation(record: record, field: field)
            let (text, answers) = try conversation.rendered(by: template, for: record)
            let encoding = tokenizer.tokenizer.encoding(of: text, addSpecialTokens: false)
            ids = encoding.ids
            labels = InstructionTuning.labels(of: encoding, answers)
        }
        let length = min(maxLength.map { max($0, 0) } ?? ids.count, ids.count)
        // The first place has nothing that it could be predicted from.
        guard labels.prefix(length).dropFirst().contains(where: { $0 != Labels.ignored }) else { return [] }
        return [TokenizedDocument(ids: Array(ids[..<length]), labels: .tokens(Array(labels[..<length])))]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? { document.labeledExample }

    /// The ids of the tokens that begin inside an answer.
    private static func labels(of encoding: Encoding, _ answers: [Range<Int>]) -> [Int] {
        var next = 0
        return encoding.ids.indices.map { index in
            let start = encoding.byteOffsets[index].lowerBound
            while next < answers.count, answers[next].upperBound <= start { next += 1 }
            return next < answers.count && answers[next].contains(start) ? encoding.ids[index] : Labels.ignored
        }
    }
}
