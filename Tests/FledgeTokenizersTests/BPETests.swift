import FledgeTokenizers
import Foundation
import Testing

@Suite("Byte-pair encoding as Hugging Face tokenizers does it")
struct BPETests {
    static let files = ["llama3", "bloom", "roberta", "llama", "suffix", "prefix", "old"]

    @Test("ids, tokens, places and decoded texts are those of the reference", arguments: files)
    func encodes(file: String) throws {
        let fixture = try BPEFixture(file)
        #expect(try fixture.cases().count > 60)
        try fixture.check(fixture.tokenizer())
    }

    @Test("random ids decode to the reference's text, at once and one by one", arguments: files)
    func decodes(file: String) throws {
        let fixture = try BPEFixture(file)
        let tokenizer = try fixture.tokenizer()
        let decodes = try fixture.decodes()
        #expect(decodes.count == 40)
        for expected in decodes {
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: false) == expected.decoded)
            #expect(try tokenizer.decode(tokens: expected.ids, skipSpecialTokens: true) == expected.skipped)
            var streaming = tokenizer.streamingDecoder(skipSpecialTokens: false)
            var text = ""
            for id in expected.ids { text += try streaming.append(token: id) }
            #expect(text + streaming.finish() == expected.decoded)
        }
    }

    @Test("4,000 hostile strings give the reference's ids, tokens and places", arguments: files)
    func encodesHostileStrings(file: String) throws {
        let fixture = try BPEFixture(file)
        let hashes = Golden.hashes(of: try BPECorpus.texts("hostile"), by: try fixture.tokenizer(), group: 100)
        #expect(hashes == (try fixture.hashes("hostile")))
    }

    @Test(
        "whole corpora give the reference's ids, tokens and places",
        .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the corpora"),
        arguments: ["llama3", "bloom", "roberta", "llama", "suffix"], BPECorpus.shared)
    func encodesCorpora(file: String, corpus: String) throws {
        let fixture = try BPEFixture(file)
        let hashes = Golden.hashes(of: try BPECorpus.texts(corpus), by: try fixture.tokenizer(), group: 100)
        #expect(hashes == (try fixture.hashes(corpus)))
    }

    @Test("long words without any space are encoded in reasonable time, as the stages do it", arguments: files)
    func encodesLongWords(file: String) throws {
        let tokenizer = try BPEFixture(file).tokenizer()
        for text in [
            String(repeating: "a", count: 200_000), String(repeating: "the", count: 70_000),
            String(repeating: "\u{301}", count: 60_000), String(repeating: " \n", count: 100_000),
            String(repeating: "▁", count: 60_000), String(repeating: "'", count: 100_000),
        ] {
            let clock = ContinuousClock()
            let duration = clock.measure {
                #expect(tokenizer.encode(text: text) == tokenizer.encoding(of: text).ids)
            }
            #expect(duration < .seconds(5))
        }
    }
}
