import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Testing

@Suite("Denoising")
struct DenoisingTests {
    private let tokenizer: any Tokenizer
    private var objective: Denoising
    private let maskID: Int

    init() throws {
        tokenizer = try Fixture.roberta.get()
        objective = try Denoising(tokenizer: tokenizer)
        maskID = try #require(tokenizer.convertTokenToId("<mask>"))
    }

    /// A text of words that are all different.
    private static let text = (0..<200).map { "w\($0)x" }.joined(separator: " ")

    @Test func `30 % of the tokens become masks, a Poisson number each, and the target is the whole`() throws {
        let document = try #require(try objective.documents(of: ["text": .string(Self.text)]).first)
        let count = document.ids.count - 2
        let wanted = Int((Double(count) * 0.3).rounded())
        var plain = objective
        plain.permutesSentences = false
        var masks = 0
        for epoch in 0..<200 {
            let example = try #require(plain.example(of: document, epoch: epoch))
            #expect(example.target == document.ids)
            #expect(example.inputIDs.first == document.ids.first && example.inputIDs.last == document.ids.last)
            let kept = example.inputIDs.dropFirst().dropLast().filter { $0 != maskID }
            #expect(kept.count == count - wanted)
            #expect(isSubsequence(Array(kept), of: document.ids))
            masks += example.inputIDs.count - kept.count - 2
        }
        // The mean length of a span is 3, insertions included; the last one is cut to what is left.
        let mean = Double(wanted) / (Double(masks) / 200)
        #expect(abs(mean - 3) < 0.08, "\(mean)")
    }

    private func isSubsequence(_ part: [Int], of whole: [Int]) -> Bool {
        var next = part[...]
        for id in whole where id == next.first { next.removeFirst() }
        return next.isEmpty
    }

    @Test func `sentences are put in every order, and stay whole`() throws {
        var permuted = objective
        permuted.rate = 0
        let text = "a king. \"the queen!\" is it?\nno more"
        let sentences = ["a king.", " \"the queen!\"", " is it?", "\nno more"]
        let document = try #require(try permuted.documents(of: ["text": .string(text)]).first)
        var orders: Set<String> = []
        for epoch in 0..<400 {
            let example = try #require(permuted.example(of: document, epoch: epoch))
            #expect(example.inputIDs.sorted() == document.ids.sorted())
            orders.insert(try tokenizer.decode(tokens: example.inputIDs, skipSpecialTokens: true))
        }
        #expect(orders.count == 24)
        #expect(orders.contains(sentences.joined()))
        #expect(orders.allSatisfy { order in sentences.allSatisfy { order.contains($0) } })
    }
}
