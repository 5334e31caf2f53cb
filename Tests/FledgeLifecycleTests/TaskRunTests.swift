import FledgeData
import FledgeEvaluation
import FledgeGeneration
import FledgeLifecycle
import FledgeModels
import FledgeTemplates
import Foundation
import Testing

@Suite struct TaskRunTests {
    private let model = RunModel(name: "m", weightsHash: "w", configHash: "c", dtype: "float32")
    private let data = RunSource(name: "d", hash: "d")
    private let texts = [
        "The film was slow, but I did not want it to end.", "No.", "Anna thanked Ben for his help.",
        "We counted seventeen swans, two herons, and one very angry goose.", "Yes.",
    ]

    private func directory(_ name: String) -> URL { Support.fixtures.appending(path: "families/\(name)") }

    @Test func `a classifier gives each text the class that it gives alone`() throws {
        let classifier = try TextClassifier.from(directory: directory("bert-tiny-classify"))
        let names = classifier.model.labels.names
        let right = try texts.map { try classifier.classify($0)[0].label }
        // Numbers and names of classes; the last one is wrong.
        let records: [Record] = texts.indices.map { index in
            let number = names.firstIndex(of: right[index]) ?? 0
            let label: Value =
                index == 4 ? .int((number + 1) % names.count) : index % 2 == 0 ? .int(number) : .string(right[index])
            return ["sentence": .string(texts[index]), "class": label]
        }
        var run = TaskRun(
            TextClassification(classifier, text: "sentence", label: "class"), model: model, data: data)
        run.batching = RunBatching(tokens: 30, sequences: 2)
        let temporary = try TemporaryDirectory()
        let result = try run.run(RunExamples(records, references: []), in: temporary.path)
        #expect(result.records.map(\.prediction) == right)
        #expect(result.records.map { $0.references.count } == [1, 1, 1, 1, 1])
        #expect(try Accuracy().report(on: result.examples, resampling: nil).scores[0].score.value == 0.8)
        #expect(try run.run(RunExamples(records, references: []), in: temporary.path).resumed == 5)
        let bad = RunExamples([["sentence": "x", "class": .int(names.count)]], references: [])
        #expect(
            Support.message { try run.run(bad) }.hasPrefix(
                "record: line 1: the field “class” is none of the model's \(names.count) classes. The classes are “"))
    }

    @Test func `a recognizer tags words by their first tokens`() throws {
        let recognizer = try EntityRecognizer.from(directory: directory("bert-tiny-ner"))
        let sentences = texts.map { $0.split(separator: " ").map(String.init) }
        let expected = try sentences.map { words -> [String] in
            let text = words.joined(separator: " ")
            let tokens = try recognizer.recognize(text, aggregation: .none, ignoring: [])
            var start = 0
            return words.map { word in
                defer { start += word.utf8.count + 1 }
                return tokens.first { $0.byteRange.lowerBound == start }?.label ?? "none"
            }
        }
        let records: [Record] = zip(sentences, expected).map { words, tags in
            ["tokens": .array(words.map(Value.string)), "tags": .array(tags.map(Value.string))]
        }
        let run = TaskRun(EntityTagging(recognizer), model: model, data: data)
        let result = try run.run(RunExamples(records, references: []))
        #expect(result.records.map(\.prediction) == expected.map { $0.joined(separator: " ") })
        #expect(!expected.joined().contains("none") && result.records.allSatisfy { $0.notes.isEmpty })
        let scores = try EntityScores().report(on: result.examples, resampling: nil).scores
        #expect(scores.first { $0.name == "token_accuracy" }?.score.value == 1)
        func message(_ record: Record) -> String {
            Support.message { try run.run(RunExamples([record], references: [])) }
        }
        #expect(
            message(["tokens": ["a", "b"], "tags": ["O"]])
                == "record: line 1: there are 2 words and 1 tags. Correct the line, or leave it out.")
        #expect(
            message(["tokens": [], "tags": []])
                == "record: line 1: the list “tokens” is empty. Correct the line, or leave it out.")
        let long: Record = [
            "tokens": .array((0..<200).map { .string("word\($0)") }), "tags": .array((0..<200).map { _ in "O" }),
        ]
        let cut = try run.run(RunExamples([long], references: [])).records[0]
        #expect(cut.notes.map(\.kind) == ["cut_text"] && cut.prediction.split(separator: " ").count == 200)
    }

    @Test func `an answerer is compared with all right answers`() throws {
        let answerer = try QuestionAnswerer.from(directory: directory("bert-tiny-answer"))
        let context = "Anna repaired the hose. The ferry leaves the harbour at half past seven."
        let questions = ["Who repaired the hose?", "When does the ferry leave?"]
        let right = try questions.map { try answerer.answer($0, context: context)[0].answer }
        let records: [Record] = [
            ["question": .string(questions[0]), "context": .string(context), "answers": ["no", .string(right[0])]],
            [
                "question": .string(questions[1]), "context": .string(context),
                "answers": ["text": ["nothing like it"], "answer_start": [3]],
            ],
        ]
        let run = TaskRun(QuestionAnswering(answerer), model: model, data: data)
        let result = try run.run(RunExamples(records, references: []))
        #expect(result.records.map(\.prediction) == right)
        #expect(result.records.map(\.references) == [["no", right[0]], ["nothing like it"]])
        let scores = try SQuAD(version: .v1).report(on: result.examples, resampling: nil).scores
        #expect(scores.first { $0.name == "exact_match" }?.score.value == 50)
    }
}
