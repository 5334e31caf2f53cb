public import FledgeData
import FledgeTemplates
public import FledgeTokenizers

/// Finds the answer to a question in a text.
///
/// Records are those of SQuAD: `question`, `context`, and `answers` with the lists `text` and `answer_start`, the places
/// counted in Unicode scalars; or they are the articles of SQuAD's own files, with all their questions. A text that is too long is cut into windows that overlap; the label of a window without
/// the whole answer, or of a question without one, is the place of the classification token.
public struct ExtractiveQuestionAnswering: Objective {
    private let tokenizer: ObjectiveTokenizer
    private let question: RecordText
    private let context: RecordText
    private let answers: String
    private let maxLength: Int
    private let stride: Int?

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - question: where the question is in a record.
    ///   - context: where the text is.
    ///   - answers: the field with the answers, of which the first counts.
    ///   - maxLength: the most tokens of a window, special ones included.
    ///   - stride: how many tokens of the text a window repeats from the one before it; without one 128, or half of what
    ///     the question leaves of a window where that is less.
    public init(
        tokenizer: any Tokenizer, question: RecordText = "question", context: RecordText = "context",
        answers: String = "answers", maxLength: Int = 384, stride: Int? = nil
    ) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        self.question = question
        self.context = context
        self.answers = answers
        self.maxLength = maxLength
        self.stride = stride
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        guard let questions = try SQuADArticle.questions(of: record, answers: answers) else {
            return try windows(of: record)
        }
        var documents: [TokenizedDocument] = []
        for question in questions { documents += try windows(of: question) }
        return documents
    }

    private func windows(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let context = try context.text(of: record)
        let answer = try answer(of: record, in: context)
        let question = try question.text(of: record)
        let windows = try tokenizer.parts(
            of: .text(question), pair: .text(context), truncation: try truncation(question, record),
            keepsOverflow: true, for: record)
        return windows.map { window in
            TokenizedDocument(
                ids: window.ids, segmentIDs: window.segmentsIfAny, labels: label(of: answer, in: window))
        }
    }

    private func truncation(_ question: String, _ record: Record) throws(DataError) -> TruncationOptions {
        guard let stride else {
            // The question with an empty text has all special tokens.
            let around = try tokenizer.encoding(of: .text(question), pair: .text(""), maxLength: nil, for: record).count
            guard around < maxLength else {
                throw record.error(
                    "the question takes \(around) of \(maxLength) tokens and leaves no room for the text",
                    remedy: "Allow longer windows (--max-length), or leave the question out.")
            }
            return TruncationOptions(
                maxLength: maxLength, stride: min(128, (maxLength - around) / 2), strategy: .onlySecond)
        }
        return TruncationOptions(maxLength: maxLength, stride: stride, strategy: .onlySecond)
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? { document.labeledExample }

    /// The first answer's place in the text's UTF-8, nil if there is none.
    private func answer(of record: Record, in context: String) throws(DataError) -> Range<Int>? {
        guard case .object(let object) = try record.value(of: answers), case .array(let texts)? = object["text"],
            case .array(let starts)? = object["answer_start"], texts.count == starts.count
        else {
            throw record.error(
                "the field “\(answers)” should be an object with the lists “text” and “answer_start” of equal length")
        }
        guard let text = texts.first, let start = starts.first else { return nil }
        guard case .string(let text) = text, case .int(let start) = start, start >= 0 else {
            throw record.error("an answer should be a text and the place of its first character")
        }
        let scalars = context.unicodeScalars
        guard let first = scalars.index(scalars.startIndex, offsetBy: start, limitedBy: scalars.endIndex),
            context[first...].utf8.starts(with: text.utf8)
        else {
            throw record.error("the answer “\(text.prefix(60))” does not stand at the place \(start) of the text")
        }
        let offset = context.utf8.distance(from: context.startIndex, to: first)
        return offset..<offset + text.utf8.count
    }

    /// The tokens of a window that cover the answer: the last one that begins at or before it, and the first one that
    /// ends at or behind it.
    private func label(of answer: Range<Int>?, in window: Encoding) -> Labels {
        let classification = tokenizer.tokenizer.configuration.clsToken
            .flatMap { tokenizer.tokenizer.convertTokenToId($0) }
            .flatMap { window.ids.firstIndex(of: $0) }
        let none = classification ?? 0
        let inner = window.ids.indices.filter { window.sequenceIDs[$0] == 1 }
        guard let answer, let first = inner.first, let last = inner.last,
            window.byteOffsets[first].lowerBound <= answer.lowerBound,
            window.byteOffsets[last].upperBound >= answer.upperBound,
            let start = inner.last(where: { window.byteOffsets[$0].lowerBound <= answer.lowerBound }),
            let end = inner.first(where: { window.byteOffsets[$0].upperBound >= answer.upperBound })
        else { return .span(start: none, end: none) }
        return .span(start: start, end: end)
    }
}
