import ArgumentParser
import Fledge

struct AnswerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer",
        abstract: "Find the place in a text that answers a question.",
        discussion: """
              fledge answer --model ./my-qa-model --question "Who asks?" --context "Anna asks Ben."
              fledge answer --model ./my-qa-model --question "When?" --context-file report.txt
              fledge answer --model ./my-qa-model --file questions.jsonl --json

            A long text is read in windows. Prints the answer with its probability and its first and \
            last character in the text (counted from 0, the last one excluded).
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOption

    @Option(help: ArgumentHelp("The question.", valueName: "text"))
    var question: String?

    @Option(help: ArgumentHelp("The text that holds the answer.", valueName: "text"))
    var context: String?

    @Option(help: ArgumentHelp("A file that holds the text; - for standard input.", valueName: "file"))
    var contextFile: String?

    @Option(
        help: ArgumentHelp(
            "A file with a JSON object with “question” and “context” a line; - for standard input.",
            valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("How many answers.", valueName: "count"))
    var topK = 1

    @Option(help: ArgumentHelp("Tokens of an answer at most.", valueName: "count"))
    var maxAnswerLength = 15

    @Option(help: ArgumentHelp("Tokens of a window, question included (default: 384).", valueName: "count"))
    var maxLength: Int?

    @Option(help: ArgumentHelp("Tokens that neighbouring windows share (default: 128).", valueName: "count"))
    var docStride: Int?

    @Flag(help: "Allow that the text has no answer: then the answer is empty.")
    var handleImpossibleAnswer = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let contexts = [context != nil, contextFile != nil].filter { $0 }.count
        if file != nil {
            if question != nil || contexts > 0 {
                throw ValidationError("--file holds questions and texts; leave --question and --context out")
            }
        } else if question == nil {
            throw ValidationError("there is no question; give --question, or --file")
        } else if contexts != 1 {
            throw ValidationError("give one text with --context or --context-file")
        }
        if topK < 1 { throw ValidationError("--top-k is \(topK); it must be at least 1") }
    }

    private struct Report: Encodable {
        struct Result: Encodable {
            let question: String
            let answers: [Found]
        }
        struct Found: Encodable {
            let answer: String
            let score: Double
            let start: Int
            let end: Int
        }
        let results: [Result]
    }

    func run() async throws {
        let engine = try model.engine()
        let questions = try questions()
        let answerer = try QuestionAnswerer.from(
            directory: try await model.directory(), type: model.dtype, engine: engine, registry: adapter.registry)
        var options = QuestionAnswerer.Options()
        (options.topK, options.maxAnswerLength) = (topK, maxAnswerLength)
        (options.maxLength, options.docStride) = (maxLength, docStride)
        options.handlesImpossibleAnswer = handleImpossibleAnswer
        let terminal = TerminalProgress()
        let results = try answerer.answer(questions, options: options, progress: terminal.texts("answer"))
        terminal.clear()
        if json {
            return try Terminal.json(
                Report(
                    results: zip(questions, results).map { question, answers in
                        .init(
                            question: question.question,
                            answers: answers.map {
                                .init(answer: $0.answer, score: $0.score, start: $0.start, end: $0.end)
                            })
                    }))
        }
        for answer in results.joined() {
            let score = Terminal.fixed(answer.score, 4)
            Terminal.output("\(answer.answer)\t\(score)\t\(answer.start)–\(answer.end)\n")
        }
    }

    private func questions() throws -> [Question] {
        if let file {
            return try JSONLines.read(file).map {
                Question(question: try $0.string("question"), context: try $0.string("context"))
            }
        }
        let text = try contextFile.map { path throws(UserError) in try Terminal.readText(path) } ?? context ?? ""
        return [Question(question: question ?? "", context: text)]
    }
}
