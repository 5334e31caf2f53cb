import FledgeTokenizers
import Testing

@Suite("What Hugging Face tokenizers does with small tokenizers")
struct ReferenceTests {
    static let variants = [
        "t5", "sequence", "first", "never", "old", "bytes", "bytes-metaspace", "added", "plain", "strip-decoder",
    ]

    @Test("ids, tokens and offsets are those of the reference", arguments: variants)
    func encodes(variant: String) throws {
        let (tokenizer, cases, _) = try Fixture.variant(variant)
        #expect(cases.count > 60)
        for expected in cases {
            let encoding = tokenizer.encoding(of: expected.text)
            let place: Comment = "\(variant): \(expected.text.debugDescription)"
            #expect(tokenizer.encode(text: expected.text) == expected.ids, place)
            #expect(encoding.ids == expected.ids)
            #expect(encoding.tokens == expected.tokens, place)
            #expect(encoding.scalarOffsets(in: expected.text) == expected.offsets, place)
        }
    }

    @Test("decoded text is that of the reference, at once and token by token", arguments: variants)
    func decodes(variant: String) throws {
        let (tokenizer, cases, decodes) = try Fixture.variant(variant)
        #expect(decodes.count == 40)
        for expected in cases + decodes {
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: false) == expected.decoded)
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: true) == expected.skipped)
            var streaming = tokenizer.streamingDecoder(skipSpecialTokens: false)
            var text = ""
            for id in expected.ids { text += try streaming.append(token: id) }
            #expect(text + streaming.finish() == expected.decoded, "\(variant): \(expected.text.debugDescription)")
        }
    }

    @Test("random ids decode to the same text at once and token by token", arguments: variants)
    func streams(variant: String) throws {
        let (tokenizer, _, _) = try Fixture.variant(variant)
        var random = SplitMix64(state: 7)
        for _ in 0..<200 {
            let ids = (0..<random.next(40)).map { _ in random.next(tokenizer.vocabularySize) }
            let skip = random.next(2) == 0
            var streaming = tokenizer.streamingDecoder(skipSpecialTokens: skip)
            var text = ""
            for id in ids { text += try streaming.append(token: id) }
            text += streaming.finish()
            #expect(text == (try tokenizer.decode(tokens: ids, skipSpecialTokens: skip)))
        }
    }

    @Test("a model file gives SentencePiece's ids", arguments: ["small", "bytes"])
    func encodesAsSentencePiece(model: String) throws {
        var configuration = TokenizerConfiguration()
        configuration.extraIds = 0
        let tokenizer = try AutoTokenizer.read(
            sentencePieceModel: try Fixture.bytes("\(model)/spiece.model"), named: model, configuration: configuration)
        let document = try JSONDocument(parsing: try Fixture.bytes("\(model)/cases.json"), source: model)
        let cases = try Fixture.cases(of: document.root)
        #expect(cases.count > 200)
        for expected in cases {
            let ids = tokenizer.encode(text: expected.text, addSpecialTokens: false)
            #expect(ids == expected.ids, "\(expected.text.debugDescription)")
            #expect(tokenizer.encoding(of: expected.text, addSpecialTokens: false).ids == ids)
        }
    }

    @Test("T5's sentinels follow the pieces, the first with the highest id")
    func appendsSentinels() throws {
        let tokenizer = try AutoTokenizer.read(
            sentencePieceModel: try Fixture.bytes("small/spiece.model"), named: "spiece.model")
        let pieces = tokenizer.vocabularySize - 100
        #expect(tokenizer.convertTokenToId("<extra_id_0>") == pieces + 99)
        #expect(tokenizer.convertTokenToId("<extra_id_99>") == pieces)
        #expect(tokenizer.convertIdToToken(pieces + 99) == "<extra_id_0>")
        #expect(tokenizer.encode(text: "<extra_id_0></s>") == [pieces + 99, 1, 1])
        #expect(tokenizer.eosTokenId == 1)
        #expect(tokenizer.padTokenId == 0)
        #expect(tokenizer.unknownTokenId == 2)
        #expect(tokenizer.bosTokenId == nil)
    }
}
