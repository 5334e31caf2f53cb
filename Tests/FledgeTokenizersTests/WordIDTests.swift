import FledgeTokenizers
import Testing

@Suite("Words and their tokens")
struct WordIDTests {
    @Test("tokens know the word of their text, special tokens none")
    func countsWords() throws {
        let tokenizer = try WordPieceFixture.tokenizer("cased")
        let encoding = tokenizer.encoding(of: "King Zebulon!", pair: "The king", addSpecialTokens: true)
        #expect(encoding.wordIDs.first == .some(nil))
        #expect(encoding.sequenceIDs.compactMap { $0 }.sorted() == encoding.sequenceIDs.compactMap { $0 })
        let zebulon = try #require(encoding.tokens(ofWord: 1))
        #expect(encoding.tokens[zebulon].map { $0.replacing("##", with: "") }.joined() == "Zebulon")
        #expect(encoding.tokens(ofWord: 2).map { Array(encoding.tokens[$0]) } == ["!"])
        #expect(encoding.tokens(ofWord: 1, sequenceID: 1).map { encoding.tokens[$0].joined() } == "king")
        #expect(encoding.tokens(ofWord: 3) == nil)
        let types = zip(encoding.typeIDs, encoding.sequenceIDs)
        #expect(types.allSatisfy { type, sequence in sequence == nil || sequence == type })
    }

    @Test("words that are given keep their numbers, whatever the pre-tokenizer makes of them")
    func encodesWords() throws {
        let tokenizer = try WordPieceFixture.tokenizer("cased")
        let words = ["EU", "rejects", "", "don't", "Zoë", "a b"]
        let encoding = try tokenizer.encoding(ofWords: words)
        #expect(encoding.wordIDs.compactMap { $0 } == encoding.wordIDs.compactMap { $0 }.sorted())
        #expect(Set(encoding.wordIDs.compactMap { $0 }) == [0, 1, 3, 4, 5])
        #expect(encoding.tokens(ofWord: 2) == nil)
        let places = encoding.scalarOffsets(inWords: words)
        let zoe = try #require(encoding.tokens(ofWord: 4))
        #expect(places[zoe].first?.lowerBound == 0)
        #expect(places[zoe].last?.upperBound == 3)
        #expect(encoding.byteOffsets[zoe].last?.upperBound == 4)
        let apart = words.flatMap { tokenizer.encode(text: $0, addSpecialTokens: false) }
        #expect(Array(encoding.ids.dropFirst().dropLast()) == apart)
    }

    @Test("a unigram tokenizer's words are its pre-tokenizer's")
    func countsUnigramWords() throws {
        let (tokenizer, _, _) = try Fixture.variant("t5")
        let encoding = tokenizer.encoding(of: "The baker mended a broken clock.")
        #expect(Set(encoding.wordIDs.compactMap { $0 }) == Set(0..<6))
        #expect(encoding.wordIDs.last == .some(nil))
        #expect(encoding.sequenceIDs.dropLast().allSatisfy { $0 == 0 })
    }
}
