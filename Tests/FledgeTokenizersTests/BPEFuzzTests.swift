import FledgeTokenizers
import Testing

@Suite("Damaged and hostile files of byte-pair encodings")
struct BPEFuzzTests {
    private func survive(_ load: () throws -> any Tokenizer) {
        do {
            let tokenizer = try load()
            for text in ["", " The baker's 12 clocks\r\n ", "▁ two  \u{301}e 漢字 \u{0}<s>", "<|begin_of_text|>a"] {
                let ids = tokenizer.encode(text: text)
                #expect(tokenizer.encoding(of: text).ids == ids)
                _ = try? tokenizer.decode(tokens: ids, skipSpecialTokens: true)
            }
        } catch let error as TokenizerError {
            #expect(!error.description.isEmpty)
        } catch {
            Issue.record("not a TokenizerError: \(error)")
        }
    }

    private func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.next(4) where !bytes.isEmpty {
            let at = random.next(bytes.count)
            switch random.next(5) {
            case 0: bytes = Array(bytes.prefix(at))
            case 1: bytes[at] = UInt8(random.next(256))
            case 2: bytes.insert(UInt8(random.next(256)), at: at)
            case 3: bytes.removeSubrange(at..<min(at + random.next(30), bytes.count))
            default: bytes[at] ^= 1 << UInt8(random.next(8))
            }
        }
        return bytes
    }

    /// A small tokenizer.json with every stage of byte-pair encoding.
    private static let small = """
        {"added_tokens":[{"id":7,"content":"<s>","special":true}],"pre_tokenizer":{"type":"Sequence","pretokenizers":[\
        {"type":"Split","pattern":{"Regex":" ?[^(\\\\s|[.,!?…。，、।۔،])]+"},"behavior":"Isolated","invert":false},\
        {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]},\
        "post_processor":{"type":"RobertaProcessing","sep":["<s>",7],"cls":["<s>",7],"trim_offsets":true,\
        "add_prefix_space":true},"decoder":{"type":"Sequence","decoders":[{"type":"ByteLevel"},\
        {"type":"BPEDecoder","suffix":"</w>"}]},"model":{"type":"BPE","dropout":null,"unk_token":"<s>",\
        "continuing_subword_prefix":"","end_of_word_suffix":"","fuse_unk":true,"byte_fallback":true,\
        "ignore_merges":true,"vocab":{"a":0,"b":1,"ab":2,"Ġ":3,"Ġa":4,"<0x41>":5,"</w>":6,"<s>":7},\
        "merges":["a b",["Ġ","a"]]}}
        """

    @Test("a damaged tokenizer.json gives an error or a tokenizer")
    func survivesDamagedJSON() {
        var random = SplitMix64(state: 3)
        for _ in 0..<3000 {
            let bytes = mutate(Array(BPEFuzzTests.small.utf8), &random)
            survive { try AutoTokenizer.read(tokenizerJSON: bytes, named: "damaged.json") }
        }
    }

    @Test("a value of the wrong type anywhere gives an error or a tokenizer")
    func survivesWrongValues() {
        let text = BPEFuzzTests.small
        let values = [
            "null", "-1", "1e999", "4294967296", "\"\"", "[]", "{}", "true", "0.5", "2147483646", "\"##\"",
        ]
        for separator in text.indices where text[separator] == ":" {
            for value in values {
                let start = text.index(after: separator)
                let end = text[start...].firstIndex { ",}]".contains($0) } ?? text.endIndex
                let changed = text[..<start] + value + text[end...]
                survive { try AutoTokenizer.read(tokenizerJSON: Array(changed.utf8), named: "wrong.json") }
            }
        }
    }

    @Test("damaged model files, ranks and merges give an error or a tokenizer")
    func survivesDamagedFiles() throws {
        var random = SplitMix64(state: 5)
        let model = try Fixture.bytes("bpe/bytes.model")
        let ranks = try Fixture.bytes("bpe/ranks.tiktoken")
        for _ in 0..<400 {
            let (damagedModel, damagedRanks) = (mutate(model, &random), mutate(ranks, &random))
            survive { try AutoTokenizer.read(tokenizerModel: damagedModel, named: "damaged.model") }
            survive { try AutoTokenizer.read(tokenizerModel: damagedRanks, named: "damaged.tiktoken") }
            let vocabulary = mutate(Array(#"{"a":0,"b":1,"ab":2}"#.utf8), &random)
            let merges = mutate(Array("#version: 0.2\na b\n".utf8), &random)
            survive { try AutoTokenizer.read(vocabulary: vocabulary, merges: merges) }
        }
    }

    @Test(
        "what is wrong is said",
        arguments: [
            (#""vocab":{"a":0},"merges":["a b"]"#, "model.merges: merge 0: “b” is not in the vocabulary"),
            (
                #""vocab":{"a":0},"merges":["a"]"#,
                "model.merges: merge 0: “a” should be two pieces with a space between"
            ),
            (#""vocab":{"a":0,"b":1},"merges":["a b"]"#, "model.merges: merge 0: “ab” is not in the vocabulary"),
            (#""vocab":{"a":0},"merges":[["a"]]"#, "model.merges: merge 0: it should be two pieces"),
            (
                #""vocab":{"a":-1},"merges":[]"#,
                "model.vocab: the id of “a” should be a whole number that is not negative"
            ),
            (
                #""vocab":{"a":900000},"merges":[]"#,
                "model.vocab: its highest id is 900000, and there are only 1 pieces"
            ),
            (#""vocab":[],"merges":[]"#, "model.vocab: it should be an object of pieces with their ids"),
            (#""vocab":{},"merges":[]"#, "model.vocab: it has no pieces"),
            (#""vocab":{"a":0},"merges":[],"unk_token":"u""#, "model.unk_token: “u” is not in the vocabulary"),
        ])
    func explains(model: String, expected: String) {
        let json = "{\"model\":{\"type\":\"BPE\",\(model)}}"
        #expect {
            try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "tokenizer.json")
        } throws: { error in
            "\(error)" == "tokenizer.json: \(expected). "
                + "The file is damaged or is not what its name says: download it again."
        }
    }

    @Test("dropout is refused, for it would make ids random")
    func refusesDropout() {
        let json = #"{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}}"#
        #expect(
            throws: TokenizerError.unsupported(file: "tokenizer.json", component: "option of BPE", name: "dropout")
        ) { try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "tokenizer.json") }
    }
}
