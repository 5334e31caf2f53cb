import FledgeData
import FledgeTemplates
import FledgeTraining
import Testing

@Suite("Examples that are ids already")
struct PretokenizedTests {
    @Test func `each kind of labels is read`() throws {
        let tokens = PretokenizedExamples(vocabularySize: 10)
        #expect(
            try tokens.examples(of: ["input_ids": [1, 9], "labels": [-100, 9], "token_type_ids": [0, 1]])
                == [TrainingExample(inputIDs: [1, 9], segmentIDs: [0, 1], labels: .tokens([-100, 9]))])
        #expect(try tokens.examples(of: ["input_ids": [1, 9]]).map(\.labels) == [.tokens([1, 9])])
        let target = PretokenizedExamples(vocabularySize: 10, kind: .target)
        #expect(
            try target.examples(of: ["input_ids": [1], "labels": [2, 3, -100]]).map(\.labels) == [
                .target([2, 3, -100])
            ])
        let category = PretokenizedExamples(vocabularySize: 10, kind: .category(count: 3))
        #expect(try category.examples(of: ["input_ids": [1], "label": 2]).map(\.labels) == [.category(2)])
        #expect(try category.examples(of: ["input_ids": [1], "labels": 0]).map(\.labels) == [.category(0)])
        let classes = PretokenizedExamples(vocabularySize: 10, kind: .tokenClasses(count: 3))
        #expect(
            try classes.examples(of: ["input_ids": [1, 9], "labels": [2, -100]]).map(\.labels) == [.tokens([2, -100])])
        let numbers = PretokenizedExamples(vocabularySize: 10, kind: .numbers(count: 2))
        #expect(
            try numbers.examples(of: ["input_ids": [1], "labels": [0.5, 1]]).map(\.labels) == [.categories([0.5, 1])])
    }

    @Test(
        arguments: [
            (
                ["input_ids": [1, 10]],
                "“input_ids” has 10 at place 1, and only 0 to 9 are allowed. Use the tokenizer and the "
                    + "classes that the model was made for."
            ),
            (
                ["input_ids": [1, -1]],
                "“input_ids” has -1 at place 1, and only 0 to 9 are allowed. Use the tokenizer and the "
                    + "classes that the model was made for."
            ),
            (
                ["input_ids": [1], "labels": [-99]],
                "“labels” has -99 at place 0, and only 0 to 9 or -100 are allowed. Use the "
                    + "tokenizer and the classes that the model was made for."
            ),
            (
                ["input_ids": [1], "labels": [1, 2]],
                "there are 1 “input_ids” and 2 “labels”. Correct the line, or leave it out."
            ),
            (["input_ids": []], "“input_ids” is empty. Correct the line, or leave it out."),
            (
                ["input_ids": [1.5]],
                "the field “input_ids” should be a list of whole numbers, and there is the number 1.5. "
                    + "Correct the line, or leave it out."
            ),
            (
                ["labels": [1]],
                "there is no field “input_ids”. The record has “labels”: name one of them, or rename it."
            ),
        ] as [(Record, String)])
    func `a broken line is an error`(record: Record, problem: String) {
        #expect(
            message { _ = try PretokenizedExamples(vocabularySize: 10).examples(of: record) }
                == "record: line 1: \(problem)")
    }
}
