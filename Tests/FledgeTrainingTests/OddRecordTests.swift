import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Testing

@Suite("Odd records")
struct OddRecordTests {
    private static let values: [Value] = [
        nil, true, 0, -1, 1.5, .int(.max), "", " ", "a", "the king. \u{301}🙂\u{0}", [], [[]], [1, "a"], ["a"],
        ["", " "],
        [1], [1, 2], [0], [-1], [.int(.max)], [:], ["text": ["the"], "answer_start": [0]],
        ["text": ["the"], "answer_start": [.int(.max)]],
        ["text": ["x", "y"], "answer_start": [0]], ["text": [""], "answer_start": [0]],
        [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]], [["role": "assistant"]],
        [["context": "the king", "qas": [["question": "", "answers": []]]]],
    ]

    private static let names = [
        "text", "label", "labels", "tokens", "tags", "question", "context", "answers", "messages", "input_ids",
        "token_type_ids", "paragraphs", "source", "target",
    ]

    private static func objectives() throws -> [any Objective] {
        let (bert, roberta, t5) = (try Fixture.bert.get(), try Fixture.roberta.get(), try Fixture.t5.get())
        let chat = try ChatTemplate(source: "{% for m in messages %}{{ m.role }}{{ m.content }}{% endfor %}")
        var whole = try MaskedLanguageModeling(tokenizer: bert, maxLength: 8)
        whole.masksWholeWords = true
        return [
            try CausalLanguageModeling(tokenizer: roberta, blockLength: 3),
            try CausalLanguageModeling(tokenizer: roberta, maxLength: 0),
            try MaskedLanguageModeling(tokenizer: bert, blockLength: 4), whole,
            try SpanCorruption(tokenizer: t5, inputsLength: 8, keepsRemainder: true),
            try Denoising(tokenizer: roberta, maxLength: 8),
            SequenceToSequence(
                tokenizer: t5, source: "source", target: "target", maxSourceLength: 2, maxTargetLength: 1),
            InstructionTuning(tokenizer: roberta, template: chat),
            try InstructionTuning(tokenizer: roberta, prompt: "source", answer: "target", maxLength: 3),
            SequenceClassification(tokenizer: bert, pair: "context", kind: .single(names: ["a", "b"]), maxLength: 6),
            SequenceClassification(tokenizer: bert, kind: .multiple(names: [])),
            SequenceClassification(tokenizer: bert, kind: .regression, maxLength: 1),
            TokenClassification(tokenizer: bert, names: ["a", "B-x"], labeling: .allTokens, maxLength: 4),
            ExtractiveQuestionAnswering(tokenizer: bert, maxLength: 12, stride: 2),
            PretokenizedExamples(vocabularySize: 5), PretokenizedExamples(vocabularySize: 5, kind: .target),
            PretokenizedExamples(vocabularySize: 0, kind: .tokenClasses(count: 0)),
            PretokenizedExamples(vocabularySize: .max, kind: .category(count: 2)),
            PretokenizedExamples(vocabularySize: 5, kind: .numbers(count: 1)),
        ]
    }

    @Test func `give sound examples or an error that names the line`() throws {
        let objectives = try Self.objectives()
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var made = [Int](repeating: 0, count: objectives.count)
        for _ in 0..<4000 {
            var record = Record([], place: Record.Place(file: "odd.jsonl", line: 7))
            for name in Self.names where next(4) > 0 { record[name] = Self.values[next(Self.values.count)] }
            for (index, objective) in objectives.enumerated() {
                do throws(DataError) {
                    for example in try objective.examples(of: record, epoch: 1) {
                        made[index] += 1
                        check(example)
                    }
                } catch {
                    #expect("\(error)".hasPrefix("odd.jsonl: line 7: "))
                }
            }
        }
        // All but those that are asked for nothing.
        #expect(made.enumerated().filter { $0.element == 0 }.map(\.offset) == [1, 11, 16])
    }

    private func check(_ example: TrainingExample) {
        #expect(!example.inputIDs.isEmpty)
        #expect(example.segmentIDs.map(\.count) ?? example.inputIDs.count == example.inputIDs.count)
        switch example.labels {
        case .tokens(let labels): #expect(labels.count == example.inputIDs.count)
        case .target(let ids): #expect(!ids.isEmpty)
        case .span(let start, let end): #expect(0 <= start && start <= end && end < example.inputIDs.count)
        case .category, .categories: break
        }
    }
}
