import FledgeTokenizers
import Foundation
import Testing

/// Whole tokenizers beside transformers and `tokenizers`, as Tools/pipeline_golden.py has recorded them.
@Suite struct PipelineGoldenTests {
    /// What an encoding should be.
    struct Expected {
        let texts: [String]
        let addsSpecialTokens: Bool
        let ids: [Int]
        let tokens: [String]
        let types: [Int]
        let special: [Int]
        let offsets: [Range<Int>]
        let decoded: String?

        init(_ value: JSONValue) {
            func integers(_ key: String) -> [Int] { value[key]?.elements?.compactMap(\.integer) ?? [] }
            func strings(_ key: String) -> [String] { value[key]?.elements?.compactMap(\.string) ?? [] }
            texts = strings("texts")
            addsSpecialTokens = value["add"]?.boolean ?? true
            (ids, types, special, tokens) = (integers("ids"), integers("types"), integers("special"), strings("tokens"))
            decoded = value["decoded"]?.string
            let ends = integers("offsets")
            offsets = stride(from: 0, to: ends.count, by: 2).map { ends[$0]..<ends[$0 + 1] }
        }

        func check(_ tokenizer: any Tokenizer, _ place: String) throws {
            let place: Comment = "\(place): \(texts)"
            let pair = texts.count > 1 ? texts[1] : nil
            let encoding = tokenizer.encoding(of: texts[0], pair: pair, addSpecialTokens: addsSpecialTokens)
            #expect(encoding.ids == ids, place)
            #expect(encoding.tokens == tokens, place)
            #expect(encoding.typeIDs == types, place)
            #expect(encoding.specialTokensMask == special, place)
            if pair == nil {
                #expect(encoding.scalarOffsets(in: texts[0]) == offsets, place)
                #expect(tokenizer.encode(text: texts[0], addSpecialTokens: addsSpecialTokens) == ids, place)
            }
            if let decoded {
                #expect(try tokenizer.decode(tokens: ids, skipSpecialTokens: false) == decoded, place)
            }
        }
    }

    private func fixture(_ name: String) throws -> JSONValue {
        try JSONDocument(parsing: try Fixture.bytes("pipeline/\(name).json"), source: name).root
    }

    /// Loads what a directory with these files gives.
    private func tokenizer(_ files: [String: JSONValue?]) throws -> any Tokenizer {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("fledge-pipeline-\(UInt64.random(in: 0...UInt64.max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, value) in files {
            guard let value, !value.isNull else { continue }
            let bytes = name.hasSuffix(".txt") ? Array((value.string ?? "").utf8) : value.text
            try Data(bytes).write(to: directory.appendingPathComponent(name))
        }
        return try AutoTokenizer.from(directory: directory)
    }

    @Test func `Post-processors one after the other wrap what the one before made`() throws {
        var (compared, refused) = (0, 0)
        for value in try #require(fixture("sequences")["cases"]?.elements) {
            let steps = "\(value["steps"]?.elements?.compactMap(\.string) ?? [])"
            let text = try #require(value["tokenizer"]).text
            guard let outputs = value["outputs"]?.elements else {
                #expect(
                    throws: TokenizerError.unsupported(
                        file: "tokenizer.json", component: "post-processor",
                        name: "Sequence with a template for more than two parts")
                ) { try AutoTokenizer.read(tokenizerJSON: text, named: "tokenizer.json") }
                refused += 1
                continue
            }
            let tokenizer = try AutoTokenizer.read(tokenizerJSON: text, named: "tokenizer.json")
            for output in outputs {
                try Expected(output).check(tokenizer, steps)
                compared += 1
            }
            let cut = Expected(try #require(value["cut"]))
            let counts = (1...20).lazy.compactMap { length in
                try? tokenizer.encoding(of: "a b", pair: "c d", truncation: TruncationOptions(maxLength: length)).ids
            }
            #expect(counts.contains(cut.ids), "\(steps), cut")
        }
        #expect((compared, refused) == (34 * 6, 6))
    }

    private func type(_ name: JSONValue?) throws -> JSONValue? {
        guard let name = name?.string else { return nil }
        return try JSONDocument(parsing: Array(#"{"model_type":"\#(name)"}"#.utf8), source: "config.json").root
    }

    @Test func `Metaspace puts a space before texts as its scheme says`() throws {
        var compared = 0
        for value in try #require(fixture("metaspaces")["cases"]?.elements) {
            let tokenizer = try tokenizer(["tokenizer.json": value["tokenizer"]])
            for output in try #require(value["outputs"]?.elements) {
                try Expected(output).check(tokenizer, value["scheme"]?.string ?? "")
                compared += 1
            }
        }
        #expect(compared == 3 * 12)
    }

    @Test(arguments: [
        ("llama", #"{"tokenizer_class":"LlamaTokenizer","legacy":false,"add_bos_token":false,"add_eos_token":true}"#),
        ("llama", #"{"tokenizer_class":"LlamaTokenizerFast","legacy":true,"add_prefix_space":false}"#),
        ("roberta", #"{"tokenizer_class":"RobertaTokenizerFast","add_prefix_space":false,"trim_offsets":false}"#),
        ("roberta", #"{"tokenizer_class":"GPT2Tokenizer","add_bos_token":true,"bos_token":"<s>"}"#),
    ])
    func `Stages are those of tokenizer.json, whatever class stands beside it`(name: String, config: String) throws {
        let fixture = try BPEFixture(name)
        let tokenizer = try tokenizer([
            "tokenizer.json": fixture.root["tokenizer"],
            "tokenizer_config.json": try JSONDocument(parsing: Array(config.utf8), source: "config").root,
        ])
        try fixture.check(tokenizer)
    }

    @Test(arguments: ["NFC", "NFD", "NFKC"])
    func `Byte-level ids after a normal form are those of the stages one after the other`(form: String) throws {
        let text = String(decoding: try #require(try BPEFixture("llama3").root["tokenizer"]).text, as: UTF8.self)
        let changed = text.replacing("\"normalizer\":null", with: #""normalizer":{"type":"\#(form)"}"#)
        #expect(changed != text)
        let tokenizer = try AutoTokenizer.read(tokenizerJSON: Array(changed.utf8), named: "tokenizer.json")
        let composed = tokenizer.encode(text: "\u{E9}")
        #expect(tokenizer.encode(text: "e\u{301}") == composed)
        for text in try BPECorpus.texts("hostile").prefix(1500) {
            #expect(tokenizer.encode(text: text) == tokenizer.encoding(of: text).ids, "\(text.debugDescription)")
        }
    }

    @Test func `Tokenizers of two files look for special tokens as the configuration says`() throws {
        let root = try fixture("two-files")
        var compared = 0
        for value in try #require(root["cases"]?.elements) {
            let tokenizer = try tokenizer([
                "vocab.json": root["vocabulary"], "merges.txt": root["merges"],
                "tokenizer_config.json": value["config"], "config.json": try type(value["model_type"]),
            ])
            let config = String(decoding: value["config"]?.text ?? [], as: UTF8.self)
            for output in try #require(value["cases"]?.elements) {
                try Expected(output).check(tokenizer, config)
                compared += 1
            }
        }
        #expect(compared == 10 * 12)
    }
}
