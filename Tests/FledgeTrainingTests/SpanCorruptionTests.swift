import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Testing

@Suite("Span corruption")
struct SpanCorruptionTests {
    @Test func `lengths are those of T5's preprocessors`() throws {
        let golden = try Fixture.golden()
        for (name, spans) in [("lengths", RandomSpans()), ("half", RandomSpans(density: 0.5))] {
            for row in try Fixture.list(golden[name]) {
                let numbers = try Fixture.integers(row)
                let lengths = try #require(spans.rawLength(inputsLength: numbers[0]))
                #expect([lengths.raw, lengths.targets] == Array(numbers[1...]), "\(name) of \(numbers[0])")
            }
        }
        #expect(RandomSpans().rawLength(inputsLength: 512).map { [$0.raw, $0.targets] } == [568, 114])
        #expect(RandomSpans().rawLength(inputsLength: 2) == nil)
        #expect(RandomSpans(density: 1).rawLength(inputsLength: 512) == nil)
        #expect(RandomSpans().rawLength(inputsLength: .max) == nil)
    }

    @Test func `counts are those of float32 arithmetic, for every length to 2048`() throws {
        for (index, row) in try Fixture.list(try Fixture.golden()["counts"]).enumerated() {
            let counts = RandomSpans().counts(length: index + 2)
            #expect([counts.noise, counts.spans] == (try Fixture.integers(row)), "length \(index + 2)")
        }
    }

    /// A document of ids that occur once, beyond those of the vocabulary.
    private func document(_ length: Int, from first: Int = 1000) -> TokenizedDocument {
        TokenizedDocument(ids: Array(first..<first + length))
    }

    /// The noise spans of an example, and the lengths of what is before each of them.
    private func spans(_ example: TrainingExample, sentinels: [Int]) -> (noise: [[Int]], others: [[Int]]) {
        let split = { (ids: ArraySlice<Int>) in
            ids.split(omittingEmptySubsequences: false) { sentinels.contains($0) }.map { Array($0) }
        }
        return (Array(split(example.target.dropLast()).dropFirst()), Array(split(example.inputIDs.dropLast())))
    }

    @Test func `an example holds all of the text, exact counts of noise, sentinels in order and the end token`() throws
    {
        let tokenizer = try Fixture.t5.get()
        let objective = try SpanCorruption(tokenizer: tokenizer, inputsLength: 128)
        #expect(objective.packing?.length == 141)
        let sentinels = (0..<100).compactMap { tokenizer.convertTokenToId("<extra_id_\($0)>") }
        #expect(sentinels.count == 100)
        for first in 1000..<1200 {
            let ids = document(141, from: first).ids
            let example = try #require(objective.example(of: TokenizedDocument(ids: ids), epoch: 0))
            #expect(example.inputIDs.count == 128)
            #expect(example.target.count == 29)
            #expect(example.inputIDs.last == tokenizer.eosTokenId)
            #expect(example.target.last == tokenizer.eosTokenId)
            #expect(example.inputIDs.filter { sentinels.contains($0) } == Array(sentinels[..<7]))
            #expect(example.target.filter { sentinels.contains($0) } == Array(sentinels[..<7]))
            #expect(example.target.first == sentinels[0])
            let (noise, others) = spans(example, sentinels: sentinels)
            #expect(others.last == [], "noise comes last")
            #expect(others.dropLast().allSatisfy { !$0.isEmpty } && noise.allSatisfy { !$0.isEmpty })
            #expect(zip(others, noise).flatMap { $0 + $1 } == ids)
        }
    }

    @Test func `spans have the lengths that random segmentation gives`() throws {
        let statistics = try Fixture.object(try Fixture.golden()["spans"])
        let exact = try Fixture.list(statistics["exact"]).map { try Fixture.number($0) }
        let objective = try SpanCorruption(tokenizer: try Fixture.t5.get(), inputsLength: 512)
        let sentinels = Array(480..<580)
        var counts = [Int](repeating: 0, count: 100)
        var places = [Int](repeating: 0, count: 568)
        let rounds = 1000
        for epoch in 0..<rounds {
            let example = try #require(objective.example(of: document(568), epoch: epoch))
            for span in spans(example, sentinels: sentinels).noise {
                counts[span.count] += 1
                for id in span { places[id - 1000] += 1 }
            }
        }
        #expect(counts.reduce(0, +) == rounds * 28)
        for (length, share) in exact.enumerated() {
            let found = Double(counts[length + 1]) / Double(rounds * 28)
            // Five standard deviations.
            let tolerance = 5 * (share * (1 - share) / Double(rounds * 28)).squareRoot()
            #expect(abs(found - share) < tolerance, "length \(length + 1): \(found) and \(share)")
        }
        // The first token is never noise, the last one always is, and between them about 15 % are.
        #expect(places[0] == 0)
        #expect(places[567] == rounds)
        let middle = Double(places[50..<500].reduce(0, +)) / Double(450 * rounds)
        #expect(abs(middle - 0.15) < 0.005, "\(middle)")
    }

    @Test func `noise depends on the seed, the epoch and the text, and on nothing else`() throws {
        var objective = try SpanCorruption(tokenizer: try Fixture.t5.get(), inputsLength: 128)
        let first = objective.example(of: document(141), epoch: 3)
        #expect(objective.example(of: document(141), epoch: 3) == first)
        #expect(objective.example(of: document(141), epoch: 4) != first)
        objective.seed = 1
        #expect(objective.example(of: document(141), epoch: 3) != first)
        #expect(objective.example(of: document(1), epoch: 3) == nil)
        #expect(objective.example(of: document(2), epoch: 3)?.inputIDs.first == 1000)
    }

    @Test func `too few sentinels and no room are errors`() throws {
        let t5 = try Fixture.t5.get()
        #expect(
            message { _ = try SpanCorruption(tokenizer: t5, inputsLength: 4096) }
                == "span corruption: 227 spans need as many sentinels, and the tokenizer has 100: <extra_id_0>, "
                + "<extra_id_1>, …. Use shorter inputs, longer spans, or a tokenizer with sentinels.")
        #expect(
            message { _ = try SpanCorruption(tokenizer: t5, inputsLength: 2) }
                == "span corruption: no text fits 2 tokens at a noise density of 0.15 and a mean span length of 3.0. "
                + "Use longer inputs, a density between 0 and 1, and spans of at least one token.")
    }
}
