public import FledgeData
public import FledgeGeneration
import FledgeTemplates
import FledgeTokenizers

/// The answer to a question, found in a text.
public struct QuestionAnswering: ExampleTask {
    private let answerer: QuestionAnswerer
    private let settings: QuestionAnswerer.Options
    private let questionField: String
    private let contextField: String
    private let answersField: String

    /// - Parameters:
    ///   - answerer: the model.
    ///   - settings: how answers are looked for.
    ///   - question: the field with the question.
    ///   - context: the field with the text.
    ///   - answers: the field with the right answers: a text, a list of texts, or an object as SQuAD has it, whose list
    ///     “text” is empty where there is no answer.
    public init(
        _ answerer: QuestionAnswerer, settings: QuestionAnswerer.Options = .init(), question: String = "question",
        context: String = "context", answers: String = "answers"
    ) {
        self.answerer = answerer
        self.settings = settings
        questionField = question
        contextField = context
        answersField = answers
    }

    public var task: RunTask { .qa }
    public var options: [String: String] {
        [
            "question": questionField, "context": contextField, "answers": answersField,
            "max_answer_length": String(settings.maxAnswerLength),
            "handles_impossible_answer": String(settings.handlesImpossibleAnswer),
        ]
    }

    public func input(of record: Record) throws -> Question {
        Question(question: try record.text(of: questionField), context: try record.text(of: contextField))
    }

    public func references(of record: Record) throws -> [String] {
        var answers = record
        if case .object(let object) = record[answersField] { answers[answersField] = object["text"] }
        guard case .array = answers[answersField] else { return [try answers.text(of: answersField)] }
        let texts = try answers.texts(of: answersField)
        // A question without an answer is one whose answer is empty.
        return texts.isEmpty ? [""] : texts
    }

    public func text(of input: Question) -> String { input.question + "\u{0}" + input.context }

    public func tokenCount(of input: Question) throws -> Int {
        [input.question, input.context]
            .reduce(0) { $0 + answerer.tokenizer.encode(text: $1, addSpecialTokens: true).count }
    }

    public func predictions(
        for inputs: [Question]
    ) throws -> [(prediction: String, notes: [RunRecord.Note])] {
        try answerer.answer(inputs, options: settings).map { ($0.first?.answer ?? "", []) }
    }
}
