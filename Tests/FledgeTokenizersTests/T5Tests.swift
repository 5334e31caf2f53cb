import FledgeTokenizers
import Foundation
import Testing

@Suite(
    "T5's own tokenizer",
    .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with T5's tokenizer"))
struct T5Tests {
    private func tokenizer() throws -> any Tokenizer {
        try AutoTokenizer.from(directory: Shared.url("data/tokenizers/t5"))
    }

    private static func dialogues() throws -> [String] {
        try String(decoding: Data(contentsOf: Shared.url("data/dialogsum/train.jsonl")), as: UTF8.self)
            .split(separator: "\n").map { line in
                let root = try JSONDocument(parsing: Array(line.utf8), source: "train.jsonl").root
                return (root["dialogue"]?.string ?? "") + "\n" + (root["summary"]?.string ?? "")
            }
    }

    private static func golden(_ name: String) throws -> [UInt64] { Golden.read(try Fixture.bytes(name)) }

    @Test("encodes all of DialogSum as the reference does: ids, tokens, offsets")
    func encodesDialogues() throws {
        let texts = try T5Tests.dialogues()
        #expect(texts.count == 12_460)
        #expect(Golden.hashes(of: texts, by: try tokenizer(), group: 10) == (try T5Tests.golden("t5-dialogsum.hashes")))
    }

    @Test("encodes 20,000 hostile strings as the reference does: ids, tokens, offsets")
    func encodesHostileStrings() throws {
        let texts = (0..<20_000).map { HostileCorpus.text($0) }
        #expect(Golden.hashes(of: texts, by: try tokenizer(), group: 10) == (try T5Tests.golden("t5-hostile.hashes")))
    }

    @Test("knows T5's special tokens and sizes")
    func knowsSpecialTokens() throws {
        let tokenizer = try tokenizer()
        #expect(tokenizer.vocabularySize == 32_100)
        #expect(tokenizer.convertTokenToId("<extra_id_0>") == 32_099)
        #expect(tokenizer.convertIdToToken(1) == "</s>")
        #expect(tokenizer.encode(text: "Hello world") == [8774, 296, 1])
        #expect(try tokenizer.decode(tokens: [8774, 296, 1], skipSpecialTokens: true) == "Hello world")
    }

    @Test("the checkpoint's pretty-printed file gives the same ids and its configuration")
    func readsCheckpoint() throws {
        let checkpoint = try AutoTokenizer.from(directory: Shared.url("checkpoints/t5-dialogsum-ref"))
        let texts = try T5Tests.dialogues().prefix(200)
        let plain = try tokenizer()
        for text in texts { #expect(checkpoint.encode(text: text) == plain.encode(text: text)) }
        #expect(checkpoint.eosToken == "</s>")
        #expect(checkpoint.padTokenId == 0)
        #expect(checkpoint.configuration.modelMaxLength == nil)
    }

    @Test("words of 100,000 characters and texts of nothing but white space are encoded")
    func encodesExtremes() throws {
        let tokenizer = try tokenizer()
        let word = String(repeating: "a", count: 100_000)
        #expect(tokenizer.encode(text: word) == tokenizer.encoding(of: word).ids)
        #expect(tokenizer.encode(text: String(repeating: " \n\u{3000}", count: 10_000)) == [1])
        #expect(tokenizer.encode(text: "") == [1])
        let marks = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(tokenizer.encode(text: marks) == tokenizer.encoding(of: marks).ids)
    }

    @Test("loads quickly enough to start with")
    func loadsQuickly() throws {
        let clock = ContinuousClock()
        let times = try (0..<9).map { _ in try clock.measure { _ = try tokenizer() } }.sorted()
        print("T5's tokenizer.json loads in \(times[4]) (median of 9)")
        #expect(times[0] < .milliseconds(150))
    }
}
