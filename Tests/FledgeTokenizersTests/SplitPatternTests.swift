import FledgeTokenizers
import Testing

@Suite("How texts are cut for byte-pair encoding")
struct SplitPatternTests {
    static let files =
        ["gpt2", "llama3", "qwen2", "cl100k", "o200k", "bloom", "byte-level", "steps"]
        + ["removed", "mergedwithprevious", "mergedwithnext", "contiguous"].flatMap { name in
            ["\(name)-false", "\(name)-true", "\(name)-false-text", "\(name)-true-text"]
        }

    private static let dense = [
        "'s", "'S", "'\u{17F}", "'ll", "'Re", "'vE", "'", "'x", "a", "b", "A", "B", "\u{E9}", "\u{C9}", "\u{2167}", "1",
        "23", "456", " ", " ", "  ", "\n", "\r\n", "\t", "\u{A0}", "\u{3000}", "\u{85}", "!", "...", "/", "_",
        "\u{301}", "\u{1C5}", "\u{2B0}", "\u{6F22}", "\u{2026}", "\u{3002}", "(", "|", ",", "\u{663}", "\u{B2}",
        "\u{1F600}", "\u{DF}", "\u{130}", "\u{17F}", "\u{212A}", "\u{903}", "\u{20DD}", "\u{FEFF}", "\u{200D}",
    ]

    /// The strings that Tools/split_golden.py makes.
    private static func denseText(_ number: Int) -> String {
        var random = SplitMix64(state: UInt64(number) &* 7919 &+ 3)
        var text = String.UnicodeScalarView()
        for _ in 0..<random.next(24) { text.append(contentsOf: dense[random.next(dense.count)].unicodeScalars) }
        return String(text)
    }

    @Test("parts are those of the reference, for cases and for thousands of hostile strings", arguments: files)
    func cuts(file: String) throws {
        let document = try JSONDocument(parsing: try Fixture.bytes("split/\(file).json"), source: file)
        let description = try #require(document.root["tokenizer"])
        let tokenizer = try AutoTokenizer.read(tokenizerJSON: description.text, named: file)
        for expected in try Fixture.cases(of: #require(document.root["cases"])) {
            let offsets = tokenizer.encoding(of: expected.text).scalarOffsets(in: expected.text)
            #expect(offsets == expected.offsets, "\(file): \(expected.text.debugDescription)")
        }
        let hostile = (0..<3000).map { HostileCorpus.text($0) }
        let dense = (0..<6000).map { SplitPatternTests.denseText($0) }
        #expect(
            Golden.hashes(of: hostile, by: tokenizer, group: 100)
                == (try Golden.read(base64: document.root["hostile"])))
        #expect(
            Golden.hashes(of: dense, by: tokenizer, group: 100) == (try Golden.read(base64: document.root["dense"])))
    }

    @Test(
        "every Unicode scalar is a letter, number or white space where the reference takes it for one",
        arguments: ["gpt2", "llama3", "qwen2", "cl100k", "o200k", "bloom"])
    func classifies(file: String) throws {
        let document = try JSONDocument(parsing: try Fixture.bytes("split/\(file).json"), source: file)
        let description = try #require(document.root["tokenizer"])
        let tokenizer = try AutoTokenizer.read(tokenizerJSON: description.text, named: file)
        let texts = stride(from: UInt32(0), to: 0x11_0000, by: 256).map { first in
            var text = String.UnicodeScalarView()
            for scalar in (first..<first + 256).compactMap({ Unicode.Scalar($0) }) {
                text.append(contentsOf: ["a", scalar, "B", "1"])
            }
            return String(text)
        }
        #expect(
            Golden.hashes(of: texts, by: tokenizer, group: 100) == (try Golden.read(base64: document.root["scalars"])))
    }

    @Test("an unknown pattern is refused by its name")
    func refusesPatterns() {
        let json = """
            {"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\\\w+|[^a]"},"behavior":"Isolated"},\
            "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0]]}}
            """
        #expect {
            try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "tokenizer.json")
        } throws: { error in
            "\(error)" == #"tokenizer.json: the regular expression “\w+|[^a]” is not supported by this version of "#
                + "Fledge. Use a model whose tokenizer does without it."
        }
    }
}
