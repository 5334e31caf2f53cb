import FledgeTokenizers
import Foundation
import Testing

@Suite("Byte-level tokenizers from vocab.json and merges.txt")
struct ByteLevelTests {
    /// A vocabulary of the 256 bytes' characters, ` t` and some special tokens.
    private func read(
        _ extra: [String] = [], modelType: String? = nil, configuration: TokenizerConfiguration = .init()
    ) throws -> any Tokenizer {
        let visible = Array(33...126) + Array(161...172) + Array(174...255)
        let characters = (visible + Array(256..<324)).compactMap { Unicode.Scalar($0) }
        let pieces = characters.map { String(Character($0)) } + ["Ġt"] + extra
        let members = pieces.enumerated().map { index, piece in
            "\"\(piece.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\":\(index)"
        }
        return try AutoTokenizer.read(
            vocabulary: Array("{\(members.joined(separator: ","))}".utf8),
            merges: Array("#version: 0.2\nĠ t\n".utf8), modelType: modelType, configuration: configuration)
    }

    @Test("a vocabulary with <s> and <mask> is taken for RoBERTa's")
    func recognizesRoberta() throws {
        let tokenizer = try read(["<s>", "</s>", "<mask>"])
        let start = try #require(tokenizer.convertTokenToId("<s>"))
        #expect(tokenizer.encode(text: " t") == [start, 256, start + 1])
        #expect(
            tokenizer.encoding(of: "t", pair: "t", addSpecialTokens: true).ids
                == [start, 83, start + 1, start + 1, 83, start + 1])
        #expect(tokenizer.encoding(of: " t").byteOffsets == [0..<0, 1..<2, 0..<0])
        #expect(tokenizer.encode(text: "t <mask>", addSpecialTokens: false) == [83, 220, start + 2])
    }

    @Test("the class or the model type decide before the vocabulary does")
    func asksConfiguration() throws {
        var configuration = TokenizerConfiguration()
        configuration.tokenizerClass = "GPT2Tokenizer"
        let tokenizer = try read(["<s>", "</s>", "<mask>"], configuration: configuration)
        #expect(tokenizer.encode(text: " t") == [256])
        #expect(try read(["<s>", "</s>"], modelType: "bart").encode(text: " t") == [257, 256, 258])
        configuration.tokenizerClass = "CLIPTokenizer"
        #expect(
            throws: TokenizerError.unsupported(
                file: "vocab.json", component: "tokenizer class", name: "CLIPTokenizer")
        ) { try read(configuration: configuration) }
    }

    @Test("GPT-2 adds nothing, or its start token if the configuration asks for it")
    func readsGPT2() throws {
        var configuration = TokenizerConfiguration()
        let plain = try read(["<|endoftext|>"])
        #expect(plain.encode(text: " t<|endoftext|>") == [256, 257])
        #expect(plain.eosTokenId == 257)
        #expect(try plain.decode(tokens: [256, 257], skipSpecialTokens: true) == " t")
        configuration.addBosToken = true
        configuration.addPrefixSpace = true
        #expect(try read(["<|endoftext|>"], configuration: configuration).encode(text: "t") == [257, 256])
    }

    @Test("a character is shown when all its bytes are there, and wrong bytes become U+FFFD")
    func streams() throws {
        let tokenizer = try read()
        let bytes = tokenizer.encode(text: "é漢x")
        var streaming = tokenizer.streamingDecoder(skipSpecialTokens: false)
        #expect(try bytes.map { try streaming.append(token: $0) } == ["", "é", "", "", "漢", "x"])
        #expect(streaming.finish() == "")
        #expect(try bytes.dropLast(2).map { try streaming.append(token: $0) } == ["", "é", "", ""])
        #expect(streaming.finish() == "\u{FFFD}")
        let wrong = [bytes[0], bytes[0], bytes[5]]
        #expect(try tokenizer.decode(tokens: wrong, skipSpecialTokens: false) == "\u{FFFD}\u{FFFD}x")
    }

    @Test(
        "GPT-2 and RoBERTa are encoded as the reference does it",
        .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the vocabularies"),
        arguments: ["gpt2", "roberta-base"])
    func encodesSharedVocabularies(name: String) throws {
        let tokenizer = try AutoTokenizer.from(directory: Shared.url("data/tokenizers/\(name)"))
        let fixture = BPEFixture(root: try #require(try BPEFixture("shared").root[name]))
        try fixture.check(tokenizer)
        for corpus in ["hostile"] + BPECorpus.shared {
            let hashes = Golden.hashes(of: try BPECorpus.texts(corpus), by: tokenizer, group: 100)
            #expect(hashes == (try fixture.hashes(corpus)), "\(name) \(corpus)")
        }
    }

    @Test(
        "a LLaMA tokenizer.json is encoded as the reference does it",
        .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the checkpoint"))
    func encodesStories() throws {
        let tokenizer = try AutoTokenizer.from(directory: Shared.url("checkpoints/stories260K-hf"))
        let fixture = BPEFixture(root: try #require(try BPEFixture("shared").root["stories260K-hf"]))
        for corpus in ["hostile"] + BPECorpus.shared {
            let hashes = Golden.hashes(of: try BPECorpus.texts(corpus), by: tokenizer, group: 100)
            #expect(hashes == (try fixture.hashes(corpus)), "\(corpus)")
        }
    }

    @Test(
        "fifty thousand pieces and merges load quickly enough to start with",
        .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the vocabularies"))
    func loadsQuickly() throws {
        let clock = ContinuousClock()
        let directory = Shared.url("data/tokenizers/gpt2")
        let times = try (0..<9).map { _ in
            try clock.measure { _ = try AutoTokenizer.from(directory: directory) }
        }.sorted()
        print("GPT-2's vocab.json and merges.txt load in \(times[4]) (median of 9)")
        #expect(times[0] < .milliseconds(150))
    }
}
