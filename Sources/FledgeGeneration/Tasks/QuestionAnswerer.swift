public import FledgeModels
public import FledgeTensor
public import FledgeTokenizers

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Answers to questions, found in a text (extractive question answering).
///
/// ```swift
/// let answerer = try QuestionAnswerer.from(directory: url)
/// let answer = try answerer.answer("Who repaired the hose?", context: article).first
/// ```
///
/// A context that is longer than the model can take is cut into windows that overlap. Scores are those of the question
/// answering pipeline of transformers 4, which multiplies the probabilities of beginning and end.
public struct QuestionAnswerer: Sendable {
    /// How answers are looked for.
    public struct Options: Sendable, Equatable {
        /// How many answers to return.
        public var topK = 1
        /// Tokens that a window repeats from the one before it; nil for 128 or, in short windows, half of them.
        public var docStride: Int?
        /// Tokens of a window, the question included; nil for 384 or what the model can take.
        public var maxLength: Int?
        /// The longest answer, in tokens.
        public var maxAnswerLength = 15
        /// Whether “no answer”, an empty text, is an answer.
        public var handlesImpossibleAnswer = false

        public init() {}
    }

    public let model: QuestionAnsweringModel
    public let tokenizer: any Tokenizer
    /// Tokens of a batch.
    public var batchTokens = TaskBatches.defaultTokens

    public init(model: QuestionAnsweringModel, tokenizer: any Tokenizer) {
        self.model = model
        self.tokenizer = tokenizer
    }

    /// Loads model and tokenizer from a directory in the Hugging Face layout.
    ///
    /// - Throws: ``TaskError``, ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TokenizerError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> QuestionAnswerer {
        try TaskModel.check(
            directory, is: .questionAnswering, for: "answering questions", such: "BertForQuestionAnswering")
        return QuestionAnswerer(
            model: try AutoModelForQuestionAnswering.from(
                directory: directory, type: type, engine: engine, registry: registry),
            tokenizer: try AutoTokenizer.from(directory: directory))
    }

    /// Answers a question.
    ///
    /// - Parameters:
    ///   - question: the question, which must leave room for a part of the context.
    ///   - context: the text that has the answer.
    ///   - options: how to look.
    /// - Returns: at most ``Options/topK`` answers, the best first.
    /// - Throws: ``TaskError``, ``ModelError``, ``TokenizerError``.
    public func answer(_ question: String, context: String, options: Options = Options()) throws -> [Answer] {
        try answer([Question(question: question, context: context)], options: options)[0]
    }

    /// Answers questions, each about its own context.
    ///
    /// - Parameters:
    ///   - questions: the questions.
    ///   - options: how to look.
    ///   - progress: called with how many windows of how many are done.
    /// - Returns: for each question what ``answer(_:context:options:)`` returns.
    /// - Throws: as ``answer(_:context:options:)``; `CancellationError` once the task is cancelled.
    public func answer(
        _ questions: [Question], options: Options = Options(), progress: TaskProgress? = nil
    ) throws -> [[Answer]] {
        try check(questions, options)
        var windows: [(question: Int, encoding: Encoding)] = []
        for (index, question) in questions.enumerated() {
            windows += try self.windows(of: question, options).map { (index, $0) }
        }
        let sequences = windows.map { TokenSequence($0.encoding, for: model.backbone) }
        let visibleID = tokenizer.configuration.clsToken.flatMap { tokenizer.convertTokenToId($0) }
        // Twice as many as are asked for, and some: spans can turn out to be the same text.
        let count = min(options.topK, 1 << 20) * 2 + 10
        let spans = try TaskBatches.map(sequences, tokens: batchTokens, progress: progress) { indices, batch in
            let logits = try model.logits(batch)
            let offsets = TaskBatches.offsets(batch)
            return indices.enumerated().map { number, index in
                AnswerSpans(
                    windows[index].encoding,
                    logits: logits.sliced(0, offsets[number]..<offsets[number + 1]).scalars, visibleID: visibleID,
                    maxTokens: options.maxAnswerLength, count: count)
            }
        }
        var spansOfQuestion = [[AnswerSpans]](repeating: [], count: questions.count)
        for (window, spans) in zip(windows, spans) { spansOfQuestion[window.question].append(spans) }
        return zip(questions, spansOfQuestion).map { question, spans in
            answers(spans, context: TextPlaces(question.context), options)
        }
    }

    /// - Throws: ``TaskError``.
    private func check(_ questions: [Question], _ options: Options) throws(TaskError) {
        try TaskOption.atLeastOne("topK", options.topK)
        try TaskOption.atLeastOne("maxLength", options.maxLength)
        try TaskOption.atLeastOne("maxAnswerLength", options.maxAnswerLength)
        if let stride = options.docStride, stride < 0 {
            throw .badOption(name: "docStride", value: String(stride), allowed: "at least 0")
        }
        for (index, question) in questions.enumerated() {
            guard !question.question.isEmpty else { throw .emptyQuestion(index: index) }
            guard !question.context.isEmpty else { throw .emptyContext(index: index) }
        }
    }

    private func windows(of question: Question, _ options: Options) throws(TokenizerError) -> [Encoding] {
        let limit = model.backbone.textLimit(tokenizer)
        let length = min(options.maxLength ?? 384, limit ?? .max)
        // A stride that nobody asked for must not be why a long question has no windows.
        let room = length - tokenizer.encoding(of: question.question, pair: "", addSpecialTokens: true).count
        let stride = options.docStride ?? max(0, min(length / 2, 128, room - 1))
        return try tokenizer.windows(
            of: question.question, context: question.context, maxLength: length, stride: stride)
    }

    /// Puts the windows' spans together: those of one text, in whatever case, are one answer.
    private func answers(_ windows: [AnswerSpans], context: TextPlaces, _ options: Options) -> [Answer] {
        var found: [(score: Double, bytes: Range<Int>)] = []
        var indexOfText: [String: Int] = [:]
        for span in windows.lazy.flatMap(\.spans) {
            let text = context.text(span.bytes).lowercased()
            if let index = indexOfText[text] {
                found[index].score += Double(span.score)
            } else {
                indexOfText[text] = found.count
                found.append((Double(span.score), span.bytes))
            }
        }
        if options.handlesImpossibleAnswer {
            found.append((Double(windows.map(\.impossibility).min() ?? 0), 0..<0))
        }
        let order = found.indices.sorted { (-found[$0].score, $0) < (-found[$1].score, $1) }
        return order.prefix(options.topK).map { index in
            let place = context.scalars(found[index].bytes)
            return Answer(
                score: found[index].score, start: place.lowerBound, end: place.upperBound,
                answer: context.text(found[index].bytes), byteRange: found[index].bytes)
        }
    }
}
