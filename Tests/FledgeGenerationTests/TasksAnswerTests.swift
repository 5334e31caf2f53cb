import FledgeGeneration
import FledgeModels
import Foundation
import Testing

@Suite struct TasksAnswerTests {
    struct Arguments: Decodable {
        let topK: Int?
        let maxAnswerLen: Int?
        let maxSeqLen: Int?
        let docStride: Int?
        let handleImpossibleAnswer: Bool?

        var options: QuestionAnswerer.Options {
            var options = QuestionAnswerer.Options()
            options.topK = topK ?? 1
            options.maxAnswerLength = maxAnswerLen ?? 15
            options.maxLength = maxSeqLen
            options.docStride = docStride
            options.handlesImpossibleAnswer = handleImpossibleAnswer ?? false
            return options
        }
    }
    struct Expected: Decodable {
        let score: Double
        let start: Int
        let end: Int
        let answer: String
    }

    private func answerer() throws -> QuestionAnswerer {
        try .from(directory: TasksSupport.directory("bert-tiny-answer"))
    }

    @Test func `answers are those of transformers' pipeline, long contexts included`() throws {
        let answerer = try answerer()
        var compared = 0
        for golden in try PipelineGolden<Arguments, Question, [Expected]>("bert-tiny-answer").cases {
            let results = try answerer.answer(golden.inputs, options: golden.arguments.options)
            for ((question, result), expected) in zip(zip(golden.inputs, results), golden.outputs) {
                #expect(result.count == expected.count)
                for (one, other) in zip(result, expected) {
                    #expect(one.answer == other.answer)
                    #expect(one.start == other.start && one.end == other.end)
                    #expect(abs(one.score - other.score) < 1e-4)
                    #expect(String(question.context[one.range(in: question.context)]) == one.answer)
                    compared += 1
                }
            }
        }
        #expect(compared == 16 * (1 + 3 + 2 + 2 + 2))
    }

    @Test func `a batch gives what one question after the other gives`() throws {
        var answerer = try answerer()
        answerer.batchTokens = 100
        let questions = TasksSupport.texts.map { Question(question: "Who?", context: $0) }
        let together = try answerer.answer(questions)
        for (question, answers) in zip(questions, together) {
            let alone = try answerer.answer(question.question, context: question.context)
            #expect(alone.map(\.answer) == answers.map(\.answer))
        }
    }

    @Test func `a long question gets windows with less overlap`() throws {
        let question = String(repeating: "who ", count: 40)
        let context = String(repeating: "The ferry leaves the harbour at half past seven. ", count: 5)
        #expect(try answerer().answer(question, context: context).count == 1)
    }

    @Test func `no answer is an empty text where it is allowed`() throws {
        var options = QuestionAnswerer.Options()
        options.handlesImpossibleAnswer = true
        options.topK = 1000
        let answers = try answerer().answer("Who?", context: "Anna thanked Ben.", options: options)
        #expect(answers.filter { $0.answer.isEmpty }.map { [$0.start, $0.end] } == [[0, 0]])
        #expect(answers.map(\.score) == answers.map(\.score).sorted(by: >))
    }
}
