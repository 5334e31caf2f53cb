import FledgeTokenizers
import Foundation
import Testing

@Suite("WordPiece and word-level tokenizers")
struct WordPieceTests {
    static let variants = ["cased", "flat", "uncased", "untyped", "prefix", "words", "words-untyped", "added"]

    @Test("ids, tokens, places, words and decoded text are those of the reference", arguments: variants)
    func encodes(variant: String) throws {
        let tokenizer = try WordPieceFixture.tokenizer(variant)
        let cases = try #require(try WordPieceFixture.document(variant)["cases"]?.elements).map { $0 }
        #expect(cases.count == 64)
        for expected in cases {
            let text = try #require(expected["text"]?.string)
            let encoding = tokenizer.encoding(of: text)
            let place: Comment = "\(variant): \(text.debugDescription)"
            #expect(encoding.ids == WordPieceFixture.integers(expected["ids"]), place)
            #expect(tokenizer.encode(text: text) == encoding.ids, place)
            #expect(encoding.tokens == expected["tokens"]?.elements?.compactMap(\.string), place)
            #expect(encoding.scalarOffsets(in: text) == WordPieceFixture.ranges(expected["offsets"]), place)
            #expect(encoding.wordIDs.map { $0 ?? -1 } == WordPieceFixture.integers(expected["words"]), place)
            for skips in [false, true] {
                let decoded = expected[skips ? "skipped" : "decoded"]?.string
                #expect(try tokenizer.decode(tokens: encoding.ids, skipSpecialTokens: skips) == decoded, place)
                var streaming = tokenizer.streamingDecoder(skipSpecialTokens: skips)
                var streamed = ""
                for id in encoding.ids { streamed += try streaming.append(token: id) }
                #expect(streamed + streaming.finish() == decoded, place)
            }
        }
    }

    @Test("20,000 hostile strings are encoded as by the reference", arguments: variants)
    func encodesHostileStrings(variant: String) throws {
        let texts = (0..<20_000).map { HostileCorpus.text($0) }
        let expected = WordPieceFixture.hashes(try WordPieceFixture.document(variant)["hostile"])
        #expect(expected.count == 40)
        let tokenizer = try WordPieceFixture.tokenizer(variant)
        #expect(try WordPieceFixture.hashes(of: texts, by: tokenizer, group: 500) == expected)
    }

    @Test("a vocab.txt gives the same tokenizer as a tokenizer.json")
    func readsVocabularyFiles() throws {
        var configuration = TokenizerConfiguration()
        for (variant, lowercases) in [("cased", false), ("uncased", true)] {
            configuration.lowercases = lowercases
            // The file's normalizer strips accents from cased text too, for nothing but the default says so.
            let lines = try WordPieceFixture.vocabularyLines()
            let tokenizer = try AutoTokenizer.read(
                bertVocabulary: lines, named: "vocab.txt", configuration: configuration)
            let other = try WordPieceFixture.tokenizer(variant)
            for number in 0..<500 {
                let text = HostileCorpus.text(number)
                #expect(
                    tokenizer.encoding(of: text, pair: "a [MASK]", addSpecialTokens: true)
                        == other.encoding(of: text, pair: "a [MASK]", addSpecialTokens: true))
            }
            #expect(tokenizer.vocabularySize == other.vocabularySize)
            #expect(tokenizer.configuration.maskToken == "[MASK]")
            #expect(tokenizer.padTokenId == 0)
        }
    }

    @Test("of equal lines in a vocab.txt the last counts")
    func acceptsRepeatedLines() throws {
        let lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na \nb\na\r\n"
        let tokenizer = try AutoTokenizer.read(bertVocabulary: Array(lines.utf8), named: "vocab.txt")
        #expect(tokenizer.encode(text: "a b") == [2, 7, 6, 3])
        #expect(tokenizer.vocabularySize == 7)
    }

    @Test(
        "damaged and unsuitable vocabularies are refused",
        arguments: [
            ("", "v: the whole file: it has no pieces"),
            ("[PAD]\n[UNK]\n[SEP]\n", "v: the whole file: it does not have the special token “[CLS]”"),
            ("[CLS]\n[SEP]\n", "v: the whole file: it does not have the special token “[UNK]”"),
        ])
    func refusesVocabularies(lines: String, expected: String) {
        do {
            _ = try AutoTokenizer.read(bertVocabulary: Array(lines.utf8), named: "v")
            Issue.record("no error")
        } catch {
            #expect("\(error)" == expected + ". The file is damaged or is not what its name says: download it again.")
        }
    }

    @Test("a vocab.txt of another kind of tokenizer is refused by name")
    func refusesOtherClasses() {
        var configuration = TokenizerConfiguration()
        configuration.tokenizerClass = "EsmTokenizer"
        #expect(
            throws: TokenizerError.unsupported(
                file: "v", component: "tokenizer class with a vocab.txt", name: "EsmTokenizer")
        ) { try AutoTokenizer.read(bertVocabulary: Array("[UNK]".utf8), named: "v", configuration: configuration) }
    }

    @Test(
        "in a WordPiece tokenizer.json",
        arguments: [
            (#"{"type":"WordPiece","vocab":[]}"#, "model.vocab: it should be an object of pieces with their ids"),
            (
                #"{"type":"WordPiece","vocab":{"a":0,"b":-1}}"#,
                "model.vocab: the id of “b” should be a whole number that is not negative"
            ),
            (
                #"{"type":"WordPiece","vocab":{"a":0,"b":"1"}}"#,
                "model.vocab: the id of “b” should be a whole number that is not negative"
            ),
            (
                #"{"type":"WordPiece","vocab":{"a":900000}}"#,
                "model.vocab: its highest id is 900000, and there are only 1 pieces"
            ),
            (
                #"{"type":"WordPiece","vocab":{"a":0}}"#,
                "model.unk_token: the vocabulary does not have the token “[UNK]” for unknown words"
            ),
            (
                #"{"type":"WordLevel","unk_token":"?","vocab":{"a":0}}"#,
                "model.unk_token: the vocabulary does not have the token “?” for unknown words"
            ),
        ])
    func locatesDamage(model: String, expected: String) {
        do {
            _ = try AutoTokenizer.read(tokenizerJSON: Array("{\"model\":\(model)}".utf8), named: "f")
            Issue.record("no error")
        } catch {
            #expect(
                "\(error)" == "f: \(expected). The file is damaged or is not what its name says: download it again.")
        }
    }

    @Test("ids may have gaps, and words may be long")
    func acceptsGaps() throws {
        let json = ###"{"model":{"type":"WordPiece","unk_token":"?","vocab":{"?":3,"a":70,"##a":9}}}"###
        let tokenizer = try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "gaps")
        #expect(tokenizer.encode(text: "aa") == [70, 9])
        #expect(tokenizer.convertIdToToken(9) == "##a")
        #expect(tokenizer.convertIdToToken(4) == nil)
        #expect(tokenizer.encode(text: String(repeating: "a", count: 100)).count == 100)
        #expect(tokenizer.encode(text: String(repeating: "a", count: 101)) == [3])
        #expect(tokenizer.encode(text: String(repeating: "a", count: 1_000_000)) == [3])
    }

    @Test("damaged files give an error or a tokenizer", arguments: ["cased", "words", "added"])
    func survivesDamage(variant: String) throws {
        let text = String(
            decoding: try #require(try WordPieceFixture.document(variant)["tokenizer"]).text, as: UTF8.self)
        let short = text.replacingOccurrences(
            of: variant == "words" ? "\"@WORDS@\"" : "\"@PIECES@\"",
            with: ###"{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"a":5,"##a":6,"é":7}"###)
        let original = Array(short.utf8)
        _ = try AutoTokenizer.read(tokenizerJSON: original, named: "whole.json")
        var random = SplitMix64(state: 19)
        var loaded = 0
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0...random.next(3) {
                let at = random.next(bytes.count)
                switch random.next(4) {
                case 0: bytes[at] = UInt8(random.next(256))
                case 1: bytes[at] ^= 1 << UInt8(random.next(8))
                case 2: bytes.removeSubrange(at..<min(at + random.next(20), bytes.count))
                default: bytes.insert(contentsOf: bytes[at..<min(at + random.next(40), bytes.count)], at: at)
                }
                if bytes.isEmpty { break }
            }
            do throws(TokenizerError) {
                let tokenizer = try AutoTokenizer.read(tokenizerJSON: bytes, named: "damaged.json")
                loaded += 1
                for text in ["", "aa é\u{301} [MASK]漢字\u{0}King thou\n", "a"] {
                    let ids = tokenizer.encode(text: text)
                    #expect(tokenizer.encoding(of: text).ids == ids)
                    _ = try? tokenizer.decode(tokens: ids, skipSpecialTokens: true)
                    _ = try? tokenizer.windows(of: text, context: text + text, maxLength: 7, stride: 1)
                }
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(loaded > 50)
    }
}

@Suite(
    "BERT's own tokenizer",
    .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with BERT's tokenizer"))
struct BertTests {
    /// The tokenizer of `tokenizer.json`, or that of `vocab.txt` alone.
    private static func tokenizer(_ file: String) throws -> any Tokenizer {
        let url = Shared.url("data/tokenizers/bert-base-uncased")
        guard file == "vocab.txt" else { return try AutoTokenizer.from(directory: url) }
        let bytes = [UInt8](try Data(contentsOf: url.appendingPathComponent(file)))
        return try AutoTokenizer.read(bertVocabulary: bytes, named: file)
    }

    private static func dialogues() throws -> [String] {
        try String(decoding: Data(contentsOf: Shared.url("data/dialogsum/train.jsonl")), as: UTF8.self)
            .split(separator: "\n").flatMap { line in
                let root = try JSONDocument(parsing: Array(line.utf8), source: "train.jsonl").root
                return [root["dialogue"]?.string ?? "", root["summary"]?.string ?? ""]
            }
    }

    /// The lines of two books, cut at U+000A only.
    private static func lines() throws -> [String] {
        try ["tinyshakespeare.txt", "wikitext2-valid.txt"].flatMap { name in
            try Data(contentsOf: Shared.url("data/text/\(name)")).split(separator: 10, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test("encodes all of DialogSum as the reference does", arguments: ["tokenizer.json", "vocab.txt"])
    func encodesDialogues(file: String) throws {
        let texts = try BertTests.dialogues()
        #expect(texts.count == 24_920)
        let hashes = try WordPieceFixture.hashes(of: texts, by: try BertTests.tokenizer(file), group: 40)
        #expect(hashes == (try WordPieceFixture.hashes(file: "bert-dialogsum.hashes")))
    }

    @Test("encodes books line by line as the reference does", arguments: ["tokenizer.json", "vocab.txt"])
    func encodesBooks(file: String) throws {
        let hashes = try WordPieceFixture.hashes(
            of: try BertTests.lines(), by: try BertTests.tokenizer(file), group: 100)
        #expect(hashes.count > 400)
        #expect(hashes == (try WordPieceFixture.hashes(file: "bert-text.hashes")))
    }

    @Test("encodes 20,000 hostile strings as the reference does", arguments: ["tokenizer.json", "vocab.txt"])
    func encodesHostileStrings(file: String) throws {
        let texts = (0..<20_000).map { HostileCorpus.text($0) }
        let hashes = try WordPieceFixture.hashes(of: texts, by: try BertTests.tokenizer(file), group: 40)
        #expect(hashes == (try WordPieceFixture.hashes(file: "bert-hostile.hashes")))
    }

    @Test("the file's own length and padding are read and left to the caller")
    func readsLengths() throws {
        let tokenizer = try BertTests.tokenizer("tokenizer.json")
        #expect(tokenizer.truncation == TruncationOptions(maxLength: 256))
        #expect(tokenizer.padding == PaddingOptions(length: 256, padId: 0, padToken: "[PAD]"))
        #expect(tokenizer.encode(text: "Hello, world!") == [101, 7592, 1010, 2088, 999, 102])
        #expect(
            try tokenizer.decode(tokens: [101, 7592, 1010, 2088, 999, 102], skipSpecialTokens: true) == "hello, world!")
        #expect(tokenizer.vocabularySize == 30_522)
    }

    @Test("texts of a million characters take no longer than they must")
    func encodesExtremes() throws {
        let tokenizer = try BertTests.tokenizer("tokenizer.json")
        let clock = ContinuousClock()
        let marks = "e" + String(repeating: "\u{301}\u{323}", count: 500_000)
        for text in [
            String(repeating: "a", count: 1_000_000), marks, String(repeating: "!", count: 1_000_000),
            String(repeating: "漢", count: 300_000), String(repeating: "é", count: 500_000),
            String(repeating: "[MASK", count: 200_000), String(repeating: "\u{1}", count: 1_000_000),
        ] {
            let time = try clock.measure {
                let ids = tokenizer.encode(text: text)
                #expect(tokenizer.encoding(of: text).ids == ids)
                _ = try tokenizer.decode(tokens: ids, skipSpecialTokens: false)
            }
            #expect(time < .seconds(10))
        }
        #expect(tokenizer.encode(text: marks) == [101, 100, 102] || tokenizer.encode(text: marks) == [101, 1041, 102])
    }
}
