import FledgeTokenizers
import Foundation
import Testing

@Suite("Files of ranks as tiktoken reads them")
struct TiktokenTests {
    private func tokenizer() throws -> any Tokenizer {
        try AutoTokenizer.read(tokenizerModel: try Fixture.bytes("bpe/ranks.tiktoken"), named: "tokenizer.model")
    }

    @Test("ids are those of tiktoken with Llama 3's pattern, and decode to the text")
    func encodes() throws {
        let tokenizer = try tokenizer()
        for expected in try BPEFixture("ranks").cases() {
            let ids = tokenizer.encode(text: expected.text, addSpecialTokens: false)
            // The file's own special tokens are not Llama 3's, so no text of the cases holds one.
            #expect(ids == expected.ids, "\(expected.text.debugDescription)")
            #expect(tokenizer.encoding(of: expected.text, addSpecialTokens: false).ids == ids)
            #expect(try tokenizer.decode(tokens: ids, skipSpecialTokens: false) == expected.text)
        }
    }

    @Test("4,000 hostile strings give tiktoken's ids")
    func encodesHostileStrings() throws { try compare("hostile") }

    @Test(
        "whole corpora give tiktoken's ids",
        .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the corpora"),
        arguments: BPECorpus.shared)
    func encodesCorpora(corpus: String) throws { try compare(corpus) }

    private func compare(_ corpus: String) throws {
        let tokenizer = try tokenizer()
        #expect(
            Golden.idHashes(of: try BPECorpus.texts(corpus), group: 100) {
                tokenizer.encode(text: $0, addSpecialTokens: false)
            } == (try BPEFixture("ranks").hashes(corpus)))
    }

    @Test("Llama 3's special tokens follow the ranks, and a text begins with the first")
    func addsSpecialTokens() throws {
        let tokenizer = try tokenizer()
        let start = try #require(tokenizer.convertTokenToId("<|begin_of_text|>"))
        #expect(tokenizer.vocabularySize == start + 256)
        #expect(tokenizer.convertTokenToId("<|eot_id|>") == start + 9)
        #expect(tokenizer.convertTokenToId("<|reserved_special_token_250|>") == start + 255)
        #expect(tokenizer.encode(text: "a<|eot_id|>") == [start, 97, start + 9])
        #expect(try tokenizer.decode(tokens: [start, 97], skipSpecialTokens: true) == "a")
    }

    @Test("the name of the file decides the pattern and the special tokens")
    func knowsNames() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-ranks-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let ranks = Data(try Fixture.bytes("bpe/ranks.tiktoken"))
        try ranks.write(to: directory.appendingPathComponent("qwen.tiktoken"))
        let qwen = try AutoTokenizer.from(directory: directory)
        #expect(qwen.convertTokenToId("<|im_start|>") == (try #require(qwen.convertTokenToId("<|endoftext|>"))) + 1)
        #expect(qwen.encode(text: "12").count == 2)
        #expect(qwen.encode(text: "12", addSpecialTokens: true) == [49, 50])
    }

    @Test("damaged lines are refused by their number")
    func refusesDamage() {
        func message(_ text: String) -> String {
            do {
                _ = try AutoTokenizer.read(tokenizerModel: Array(text.utf8), named: "tokenizer.model")
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let again = "The file is damaged or is not what its name says: download it again."
        #expect(
            message("YQ== 0\n*** 1\n")
                == "tokenizer.model: line 2: it should be a token in base64 and its rank. \(again)")
        #expect(message("YQ== 0\n") == "tokenizer.model: the whole file: byte 0 has no rank. \(again)")
        #expect(
            message("YQ== 0\nYg== 999999999\n")
                == "tokenizer.model: the whole file: its highest rank is 999999999, of 2 tokens. \(again)")
    }
}
