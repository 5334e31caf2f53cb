import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Testing

@Suite("Labels of words, answers and texts")
struct LabelingTests {
    @Test func `words are labelled as transformers' run_ner labels them`() throws {
        let golden = try Fixture.object(try Fixture.golden()["tagging"])
        let names = try Record(golden).texts(of: "names")
        let cases = try Fixture.list(golden["cases"])
        #expect(cases.count == 40)
        for value in cases {
            let record = Record(try Fixture.object(value))
            for (labeling, name) in [(TokenClassification.Labeling.firstToken, "first"), (.allTokens, "all")] {
                let objective = TokenClassification(
                    tokenizer: try Fixture.bert.get(), tokens: "words", names: names, labeling: labeling,
                    maxLength: try record.integer(of: "max_length"))
                let examples = try objective.examples(of: record)
                #expect(examples.map(\.inputIDs) == [try record.integers(of: "ids")])
                #expect(examples.map(\.tokenLabels) == [try record.integers(of: name)])
            }
        }
    }

    @Test func `windows have the answers that transformers' run_qa gives them`() throws {
        let golden = Record(try Fixture.object(try Fixture.golden()["answering"]))
        let objective = ExtractiveQuestionAnswering(
            tokenizer: try Fixture.bert.get(), maxLength: try golden.integer(of: "max_length"),
            stride: try golden.integer(of: "stride"))
        var windowCount = 0
        for value in try golden.list(of: "cases") {
            let record = Record(try Fixture.object(value))
            let examples = try objective.examples(of: record)
            let windows = try record.list(of: "windows").map { Record(try Fixture.object($0)) }
            #expect(examples.map(\.inputIDs) == (try windows.map { try $0.integers(of: "ids") }))
            #expect(examples.map(\.segmentIDs) == (try windows.map { try $0.integers(of: "segments") }))
            let spans = try windows.map { try $0.integers(of: "span") }
            #expect(examples.map(\.labels) == spans.map { .span(start: $0[0], end: $0[1]) })
            windowCount += windows.count
        }
        #expect(windowCount > 80)
    }

    @Test(arguments: [12, 16, 24])
    func `small windows cover the text, and an answer is in one of them`(maxLength: Int) throws {
        let objective = ExtractiveQuestionAnswering(tokenizer: try Fixture.bert.get(), maxLength: maxLength)
        let words = (0..<30).map { ["the", "king", "and", "a", "queen"][$0 % 5] }
        let record: Record = [
            "question": "who", "context": .string(words.joined(separator: " ")),
            "answers": ["text": ["king"], "answer_start": [4]],
        ]
        let examples = try objective.examples(of: record)
        #expect(examples.count > 1 && examples.allSatisfy { $0.inputIDs.count <= maxLength })
        #expect(examples.contains { $0.labels != .span(start: 0, end: 0) })
        let long: Record = [
            "question": .string(words.joined(separator: " ")), "context": "the king",
            "answers": ["text": [], "answer_start": []],
        ]
        #expect(message { _ = try objective.examples(of: long) }.contains("leaves no room for the text"))
    }

    @Test func `articles of SQuAD's own files are the questions that they hold`() throws {
        let objective = ExtractiveQuestionAnswering(tokenizer: try Fixture.bert.get())
        let article: Record = [
            "title": "t",
            "paragraphs": [
                [
                    "context": "the king",
                    "qas": [
                        ["question": "who", "id": "1", "answers": [["text": "king", "answer_start": 4]]],
                        ["question": "why", "id": "2", "is_impossible": true, "answers": []],
                    ],
                ]
            ],
        ]
        let flat: [Record] = [
            ["question": "who", "context": "the king", "answers": ["text": ["king"], "answer_start": [4]]],
            ["question": "why", "context": "the king", "answers": ["text": [], "answer_start": []]],
        ]
        let examples = try objective.examples(of: article)
        #expect(examples == (try flat.flatMap { try objective.examples(of: $0) }))
        #expect(examples.count == 2)
        #expect(examples[1].labels == .span(start: 0, end: 0))
        #expect(examples[0].labels != .span(start: 0, end: 0))
    }

    @Test func `an answer that is not where it should be is an error`() throws {
        let objective = ExtractiveQuestionAnswering(tokenizer: try Fixture.bert.get())
        var record: Record = ["question": "q", "context": "é b", "answers": ["text": ["b"], "answer_start": [3]]]
        record.place = Record.Place(file: "squad.jsonl", line: 7)
        #expect(
            message { _ = try objective.examples(of: record) }
                == "squad.jsonl: line 7: the answer “b” does not stand at the place 3 of the text. Correct the line, or "
                + "leave it out.")
        record["answers"] = ["text": ["b"], "answer_start": [2]]
        #expect(try objective.examples(of: record).count == 1)
    }

    @Test func `texts have classes by name or number, one, several, or a number`() throws {
        let tokenizer = try Fixture.bert.get()
        let single = SequenceClassification(tokenizer: tokenizer, kind: .single(names: ["bad", "good"]))
        let ids = tokenizer.encode(text: "abc")
        #expect(
            try single.examples(of: ["text": "abc", "label": "good"])
                == [TrainingExample(inputIDs: ids, labels: .category(1))])
        #expect(try single.examples(of: ["text": "abc", "label": "0"]).map(\.labels) == [.category(0)])
        #expect(try single.examples(of: ["text": "abc", "label": 1]).map(\.labels) == [.category(1)])
        #expect(
            message { _ = try single.examples(of: ["text": "abc", "label": 2]) }
                == "record: line 1: the field “label” should be one of 2 classes, and there is the whole number 2. The "
                + "classes are “bad”, “good”, or their numbers from 0.")
        let multiple = SequenceClassification(tokenizer: tokenizer, kind: .multiple(names: ["a", "b", "c"]))
        #expect(
            try multiple.examples(of: ["text": "abc", "label": ["c", 0]]).map(\.labels) == [.categories([1, 0, 1])])
        let regression = SequenceClassification(tokenizer: tokenizer, kind: .regression)
        #expect(try regression.examples(of: ["text": "abc", "label": "2.5"]).map(\.labels) == [.categories([2.5])])
    }

    @Test func `pairs have segments, and the longer text is cut`() throws {
        let tokenizer = try Fixture.bert.get()
        let objective = SequenceClassification(
            tokenizer: tokenizer, text: "premise", pair: "hypothesis", kind: .single(names: ["yes", "no"]),
            maxLength: 12)
        let record: Record = ["premise": "the king and the queen", "hypothesis": "the king", "label": "no"]
        let example = try #require(try objective.examples(of: record).first)
        let encoding = tokenizer.encoding(of: "the king and the queen", pair: "the king", addSpecialTokens: true)
        #expect(encoding.count > 12)
        #expect(example.inputIDs.count == 12)
        #expect(example.segmentIDs?.suffix(3) == encoding.typeIDs.suffix(3))
        #expect(example.inputIDs.last == encoding.ids.last)
    }

    @Test func `a name that comes twice leaves the other numbers as they are`() throws {
        let objective = SequenceClassification(
            tokenizer: try Fixture.bert.get(), kind: .multiple(names: ["a", "a", "b"]))
        #expect(
            try objective.examples(of: ["text": "x", "label": ["b", "a"]]).map(\.labels) == [.categories([1, 0, 1])])
        #expect(try objective.examples(of: ["text": "x", "label": [1]]).map(\.labels) == [.categories([0, 1, 0])])
    }

    @Test func `tags and tokens that do not match are errors`() throws {
        let objective = TokenClassification(tokenizer: try Fixture.bert.get(), names: ["O", "B-X"])
        #expect(
            message { _ = try objective.examples(of: ["tokens": ["a", "b"], "tags": ["O"]]) }
                == "record: line 1: there are 2 tokens and 1 tags. Correct the line, or leave it out.")
        #expect(
            message { _ = try objective.examples(of: ["tokens": ["a"], "tags": ["B-Y"]]) }
                == "record: line 1: the field “tags” should be one of 2 classes, and there is the text “B-Y”. The classes "
                + "are “O”, “B-X”, or their numbers from 0.")
    }
}
