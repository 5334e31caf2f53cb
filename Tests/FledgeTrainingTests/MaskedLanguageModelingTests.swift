import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Testing

@Suite("Masked language modelling")
struct MaskedLanguageModelingTests {
    private let objective: MaskedLanguageModeling
    private let document: TokenizedDocument
    private let maskID: Int
    private let golden: Value.Object

    init() throws {
        golden = try Fixture.object(try Fixture.golden()["masking"])
        let tokenizer = try Fixture.bert.get()
        objective = try MaskedLanguageModeling(tokenizer: tokenizer)
        let documents = try objective.documents(of: ["text": try #require(golden["text"])])
        document = documents[0]
        maskID = try #require(tokenizer.convertTokenToId("[MASK]"))
    }

    @Test func `tokens are those of transformers`() throws {
        #expect(document.ids == (try Fixture.integers(golden["ids"])))
    }

    @Test func `rates are those of transformers' collator`() throws {
        var (chosen, masked, same, other) = (0, 0, 0, 0)
        let rounds = 1000
        for epoch in 0..<rounds {
            let example = try #require(objective.example(of: document, epoch: epoch))
            #expect(example.inputIDs.first == document.ids.first && example.inputIDs.last == document.ids.last)
            for (index, label) in example.tokenLabels.enumerated() {
                let id = example.inputIDs[index]
                if label == Labels.ignored {
                    #expect(id == document.ids[index])
                    continue
                }
                #expect(label == document.ids[index])
                chosen += 1
                if id == maskID { masked += 1 } else if id == label { same += 1 } else { other += 1 }
            }
        }
        // transformers chooses unknown tokens too when it is told only what was added around the text.
        let unknown = try #require(try Fixture.bert.get().unknownTokenId)
        let candidates = document.ids.dropFirst().dropLast().filter { $0 != unknown }.count
        let rate = Double(chosen) / Double(rounds * candidates)
        #expect(abs(rate - (try Fixture.number(golden["chosen"]))) < 0.004, "\(rate)")
        #expect(abs(Double(masked) / Double(chosen) - (try Fixture.number(golden["masked"]))) < 0.01)
        #expect(abs(Double(same) / Double(chosen) - (try Fixture.number(golden["same"]))) < 0.008)
        #expect(abs(Double(other) / Double(chosen) - 0.1) < 0.008)
    }

    @Test func `a fixed mask stays, a dynamic one is new in each epoch`() {
        var fixed = objective
        fixed.masking = .fixed
        #expect(fixed.example(of: document, epoch: 0) == fixed.example(of: document, epoch: 1))
        #expect(objective.example(of: document, epoch: 0) != objective.example(of: document, epoch: 1))
        #expect(objective.example(of: document, epoch: 1) == objective.example(of: document, epoch: 1))
        fixed.seed = 1
        #expect(fixed.example(of: document, epoch: 0) != objective.example(of: document, epoch: 0))
    }

    @Test func `words are masked whole, and as many tokens as 15 %`() throws {
        var whole = objective
        whole.masksWholeWords = true
        whole.maskedRate = 1
        let words = try #require(document.groupIDs)
        let unknown = try #require(try Fixture.bert.get().unknownTokenId)
        let candidates = document.ids.indices.filter { words[$0] >= 0 && document.ids[$0] != unknown }
        let wanted = Int((Double(candidates.count) * 0.15).rounded())
        for epoch in 0..<100 {
            let example = try #require(whole.example(of: document, epoch: epoch))
            let chosen = example.tokenLabels.indices.filter { example.tokenLabels[$0] != Labels.ignored }
            #expect(chosen.count <= wanted && chosen.count >= wanted - 1)
            #expect(chosen.allSatisfy { example.inputIDs[$0] == maskID })
            let chosenWords = Set(chosen.map { words[$0] })
            #expect(candidates.filter { chosenWords.contains(words[$0]) } == chosen)
        }
    }

    @Test func `special tokens inside a text are never masked`() throws {
        let documents = try objective.documents(of: ["text": "[SEP] [MASK] [CLS] [PAD]"])
        for epoch in 0..<50 {
            let example = try #require(objective.example(of: documents[0], epoch: epoch))
            #expect(example.inputIDs == documents[0].ids)
            #expect(example.tokenLabels.allSatisfy { $0 == Labels.ignored })
        }
    }

    @Test func `joined documents keep their special tokens and words`() throws {
        let tokenizer = try Fixture.bert.get()
        var packed = try MaskedLanguageModeling(tokenizer: tokenizer, blockLength: 8)
        packed.rate = 0
        let ids = tokenizer.encode(text: "abc def")
        let examples = try packed.examples(of: ["text": "abc def"])
        #expect(examples.map(\.inputIDs) == (ids.count >= 8 ? [Array(ids[..<8])] : []))
    }

    @Test(arguments: [Double.nan, .infinity, -1, 2])
    func `rates that make no sense do not trap`(rate: Double) throws {
        for masksWholeWords in [false, true] {
            var strange = objective
            strange.rate = rate
            strange.masksWholeWords = masksWholeWords
            #expect(strange.example(of: document, epoch: 0)?.inputIDs.count == document.ids.count)
        }
        #expect(RandomSpans(density: rate, meanLength: rate).counts(length: 10).noise <= 9)
        #expect(RandomSpans(density: rate).rawLength(inputsLength: 100) == nil)
    }

    @Test func `a tokenizer without a mask token is an error`() throws {
        #expect(
            message { _ = try MaskedLanguageModeling(tokenizer: try Fixture.t5.get()) }
                == "mask token: the tokenizer has none. Use the tokenizer of a model that has one.")
    }
}
