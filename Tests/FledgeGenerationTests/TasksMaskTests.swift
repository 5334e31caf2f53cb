import FledgeGeneration
import FledgeModels
import FledgeTokenizers
import Foundation
import Testing

@Suite struct TasksMaskTests {
    struct Arguments: Decodable {
        let topK: Int?
    }
    /// A list for a text with one mask, a list of lists for one with several.
    struct Expected: Decodable {
        let masks: [[MaskCandidate]]
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode([MaskCandidate].self) {
                masks = [one]
            } else {
                masks = try container.decode([[MaskCandidate]].self)
            }
        }
    }

    private func filler(_ name: String = "bert-tiny-fill-mask") throws -> MaskFiller {
        try .from(directory: TasksSupport.directory(name))
    }

    @Test(arguments: ["bert-tiny-fill-mask", "roberta-tiny-fill-mask"])
    func `candidates are those of transformers' pipeline`(name: String) throws {
        let filler = try filler(name)
        var compared = 0
        for golden in try PipelineGolden<Arguments, String, Expected>(name).cases {
            let results = try filler.fill(golden.inputs, topK: golden.arguments.topK ?? 5)
            for (result, expected) in zip(results, golden.outputs) {
                #expect(result.count == expected.masks.count)
                for (one, other) in zip(result.flatMap { $0 }, expected.masks.flatMap { $0 }) {
                    #expect(one.token == other.token)
                    #expect(one.tokenString == other.tokenString)
                    #expect(one.sequence == other.sequence)
                    #expect(abs(one.score - other.score) < TasksSupport.tolerance)
                    compared += 1
                }
            }
        }
        #expect(compared == 7 * (5 + 3))
    }

    @Test func `a batch gives what one text after the other gives`() throws {
        var filler = try filler()
        filler.batchTokens = 30
        let texts = TasksSupport.texts.map { $0 + " [MASK]" }
        let together = try filler.fill(texts)
        for (text, masks) in zip(texts, together) {
            #expect(try filler.fill(text).map { $0.map(\.sequence) } == masks.map { $0.map(\.sequence) })
        }
    }

    @Test func `targets are the only candidates and keep their probabilities`() throws {
        let filler = try filler()
        let text = "Anna [MASK] Ben for his help."
        let all = try filler.fill(text, topK: 1000)[0]
        let some = try filler.fill(text, topK: 10, targets: ["some", "l", "some"])[0]
        #expect(some.map(\.tokenString) == ["l", "some"])
        #expect(some == all.filter { ["l", "some"].contains($0.tokenString) })
        #expect(all.count == filler.tokenizer.vocabularySize)
    }
}
