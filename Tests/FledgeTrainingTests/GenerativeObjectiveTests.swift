import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Testing

@Suite("Objectives of models that write")
struct GenerativeObjectiveTests {
    private static let texts = ["the king", "a", "the queen and the king", "of", "no more of that"]

    /// All blocks of some texts.
    private func blocks(_ objective: some Objective, _ texts: [String]) throws -> [[TrainingExample]] {
        let lines = texts.map { "{\"text\": \"\($0)\"}\n" }.joined()
        let file = try TemporaryFile(lines)
        let data = try TrainingData(
            DataSet(path: file.path), objective: objective, options: BatchOptions(size: .examples(1), shuffles: false))
        let batches = try data.batches()
        var blocks: [[TrainingExample]] = []
        while let batch = try batches.next() { blocks.append(batch.examples) }
        return blocks
    }

    @Test(arguments: [1, 2, 3, 7, 16])
    func `plain blocks are the joined documents, cut`(length: Int) throws {
        let tokenizer = try Fixture.roberta.get()
        let end = try #require(tokenizer.eosTokenId)
        let joined = Self.texts.flatMap { tokenizer.encode(text: $0, addSpecialTokens: false) + [end] }
        let objective = try CausalLanguageModeling(tokenizer: tokenizer, blockLength: length, attention: .wholeBlock)
        let blocks = try blocks(objective, Self.texts)
        let expected = stride(from: 0, to: joined.count - length + 1, by: length).map {
            Array(joined[$0..<$0 + length])
        }
        #expect(blocks.map { $0.map(\.inputIDs) } == (length > 1 ? expected.map { [$0] } : []))
        #expect(blocks.allSatisfy { $0.allSatisfy { $0.labels == .tokens($0.inputIDs) } })
    }

    @Test func `documents of a block are sequences of their own`() throws {
        let tokenizer = try Fixture.roberta.get()
        let end = try #require(tokenizer.eosTokenId)
        let documents = Self.texts.map { tokenizer.encode(text: $0, addSpecialTokens: false) + [end] }
        let joined = documents.flatMap { $0 }
        let objective = try CausalLanguageModeling(tokenizer: tokenizer, blockLength: 7)
        let blocks = try blocks(objective, Self.texts)
        #expect(blocks.count == joined.count / 7)
        var starts: Set<Int> = []
        var place = 0
        for document in documents {
            starts.insert(place)
            place += document.count
        }
        for (number, block) in blocks.enumerated() {
            let cuts =
                [number * 7] + (number * 7 + 1..<number * 7 + 7).filter { starts.contains($0) } + [number * 7 + 7]
            let pieces = zip(cuts, cuts.dropFirst()).map { Array(joined[$0..<$1]) }.filter { $0.count > 1 }
            #expect(block.map(\.inputIDs) == pieces)
        }
    }

    @Test func `a document by itself ends with the end token, and is cut`() throws {
        let tokenizer = try Fixture.roberta.get()
        let ids = tokenizer.encode(text: "the king", addSpecialTokens: false) + [try #require(tokenizer.eosTokenId)]
        #expect(
            try CausalLanguageModeling(tokenizer: tokenizer).examples(of: ["text": "the king"]).map(\.inputIDs) == [ids]
        )
        #expect(
            try CausalLanguageModeling(tokenizer: tokenizer, maxLength: 2).examples(of: ["text": "the king"])
                .map(\.inputIDs) == [Array(ids[..<2])])
        #expect(try CausalLanguageModeling(tokenizer: tokenizer).examples(of: ["text": ""]) == [])
    }

    @Test func `a source is read and a target written, both cut`() throws {
        let tokenizer = try Fixture.t5.get()
        let template = try Template("Summarize: {{ dialogue }}")
        let objective = SequenceToSequence(
            tokenizer: tokenizer, source: RecordText(template: template), target: "summary", maxSourceLength: 6,
            maxTargetLength: 3)
        let record: Record = ["dialogue": "it is raining today", "summary": "it is raining again"]
        let example = try #require(try objective.examples(of: record).first)
        let source = tokenizer.encode(text: "Summarize: it is raining today")
        let target = tokenizer.encode(text: "it is raining again")
        #expect(source.count > 6 && target.count > 3)
        #expect(example.inputIDs == source[..<5] + [1])
        #expect(example.target == target[..<2] + [1])
        let prefixed = SequenceToSequence(
            tokenizer: tokenizer, source: RecordText(field: "dialogue", prefix: "Summarize: "), target: "summary")
        #expect(try prefixed.examples(of: record) == [TrainingExample(inputIDs: source, labels: .target(target))])
        #expect(
            message { _ = try prefixed.examples(of: ["dialogue": "a"]) }
                == "record: line 1: there is no field “summary”. The record has “dialogue”: name one of them, or rename it."
        )
    }

    @Test func `only answers of a conversation count`() throws {
        let tokenizer = try Fixture.roberta.get()
        let template = try ChatTemplate(
            source: "{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s>{% endfor %}"
                + "{% if add_generation_prompt %}<s>assistant:{% endif %}")
        let objective = InstructionTuning(tokenizer: tokenizer, template: template)
        let record: Record = [
            "messages": [
                ["role": "user", "content": "who"], ["role": "assistant", "content": "the king"],
                ["role": "user", "content": "and"], ["role": "assistant", "content": "the queen"],
            ]
        ]
        let example = try #require(try objective.examples(of: record).first)
        let text = "<s>user: who</s><s>assistant: the king</s><s>user: and</s><s>assistant: the queen</s>"
        #expect(example.inputIDs == tokenizer.encode(text: text, addSpecialTokens: false))
        #expect(zip(example.inputIDs, example.tokenLabels).allSatisfy { $1 == $0 || $1 == Labels.ignored })
        let answers = example.tokenLabels.split(separator: Labels.ignored).map { Array($0) }
        #expect(try answers.map { try tokenizer.decode(tokens: $0) } == [" the king</s>", " the queen</s>"])
        #expect(
            message { _ = try objective.examples(of: ["messages": ["hello"]]) }
                == "record: line 1: a message should be an object with “role” and “content”. Correct the line, or leave it "
                + "out.")
    }

    @Test func `a template that writes earlier answers in another way is an error`() throws {
        let template = try ChatTemplate(
            source: "{% for m in messages %}[{{ m.role }}]{% if loop.last %}{{ m.content }}{% endif %}{% endfor %}")
        let objective = InstructionTuning(tokenizer: try Fixture.roberta.get(), template: template)
        let record: Record = [
            "messages": [
                ["role": "user", "content": "who"], ["role": "assistant", "content": "me"],
                ["role": "user", "content": "and"],
            ]
        ]
        #expect(message { _ = try objective.examples(of: record) }.contains("writes message 2 in another way"))
    }

    @Test func `only the answer to a prompt counts, and the end token`() throws {
        let tokenizer = try Fixture.roberta.get()
        let objective = try InstructionTuning(tokenizer: tokenizer, prompt: "instruction", answer: "output")
        let head = tokenizer.encode(text: "who ", addSpecialTokens: false)
        let tail = tokenizer.encode(text: "the king", addSpecialTokens: false) + [try #require(tokenizer.eosTokenId)]
        let record: Record = ["instruction": "who ", "output": "the king"]
        #expect(
            try objective.examples(of: record) == [
                TrainingExample(inputIDs: head + tail, labels: .tokens(head.map { _ in -100 } + tail))
            ])
        let short = try InstructionTuning(
            tokenizer: tokenizer, prompt: "instruction", answer: "output", maxLength: head.count)
        #expect(try short.examples(of: record) == [])
    }
}
