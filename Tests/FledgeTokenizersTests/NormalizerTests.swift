import FledgeTokenizers
import Testing

@Suite("Normalizers and pre-tokenizers, character by character")
struct NormalizerTests {
    static let names = [
        "NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Nmt", "Lowercase", "NFD, StripAccents, Lowercase",
        "NFKD, StripAccents, NFC", "Nmt, NFKC, Replace", "Bert", "Bert, clean only", "Bert, Chinese only",
        "Bert, accents only", "Bert, lower case, accents kept", "BertPreTokenizer", "Whitespace", "WhitespaceSplit",
        "CharDelimiterSplit", "Digits", "Digits, individual", "Whitespace, Digits, Punctuation",
        "ByteLevel", "CTC", "CTC, no cleanup", "Punctuation, Removed", "Punctuation, Isolated",
        "Punctuation, MergedWithPrevious",
        "Punctuation, MergedWithNext", "Punctuation, Contiguous",
    ]

    private static let marks: [UInt32] = [
        0x300, 0x301, 0x302, 0x308, 0x323, 0x327, 0x328, 0x334, 0x345, 0x31B, 0x315, 0x5B0, 0x5B4, 0x64B, 0x651,
        0x93C, 0x94D, 0xE48, 0xF71, 0xF74, 0x1DCE, 0x20D0, 0x302A, 0x3099, 0x309A, 0x1D165, 0x1D16E, 0x200D, 0xFE0F,
    ]
    private static let bases: [UInt32] = [
        0x41, 0x61, 0x65, 0x6F, 0x75, 0x73, 0xC5, 0xE9, 0x1E69, 0x1EA5, 0x17F, 0x1E9B, 0x3B1, 0x3B9, 0x1F80, 0x915,
        0x958, 0x304B, 0x30AB, 0xFB1D, 0xF900, 0x2126, 0x212B, 0xFB01, 0xBD, 0x3392, 0x1100, 0x1161, 0x11A8, 0xAC00,
        0xAC01, 0x1D15E, 0x2ADC, 0x344, 0x374, 0x20, 0x2E, 0x130, 0xDF, 0x10400,
    ]

    private static func text(_ scalars: some Sequence<UInt32>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in scalars { if let scalar = Unicode.Scalar(scalar) { text.append(scalar) } }
        return String(text)
    }

    /// Bases with piles of marks, as Tools/wordpiece_golden.py makes them.
    static func combiningText(_ number: Int) -> String {
        var random = SplitMix64(state: UInt64(number * 7_919 + 3))
        var scalars: [UInt32] = []
        for _ in 0..<random.next(8) {
            scalars.append(bases[random.next(bases.count)])
            for _ in 0..<random.next(6) { scalars.append(marks[random.next(marks.count)]) }
        }
        return text(scalars)
    }

    /// Blocks of 256 scalars; those of nothing but ideographs, syllables, private use or nothing are left out.
    private static let blocks: [Int] =
        Array(0..<0x36) + Array(0x9F..<0xAE) + [0xD7] + Array(0xF8..<0x130) + Array(0x16A..<0x171)
        + Array(0x1AF..<0x200) + Array(0x2F7..<0x2FB) + [0xE00, 0xE01]

    /// 256 scalars with a letter after each.
    private static func scalarText(_ block: Int) -> String {
        let scalars = (0..<256).map { UInt32(block * 256 + $0) }.filter { Unicode.Scalar($0) != nil }
        return text(scalars.flatMap { [$0, 0x61] })
    }

    /// A tokenizer with a token for every byte and one component, and what the reference does with it.
    private func component(_ name: String) throws -> (tokenizer: any Tokenizer, golden: JSONValue) {
        let document = try WordPieceFixture.document("components")
        let golden = try #require(document["components"]?.elements?.first { $0["name"]?.string == name })
        let parts = try #require(golden["parts"]?.members)
        let members = try #require(document["tokenizer"]?.members).map { key, value in
            let part = parts.first { $0.key == key }?.value ?? value
            let quote = part.string == nil ? "" : "\""
            return "\"\(key)\":\(quote)\(String(decoding: part.text, as: UTF8.self))\(quote)"
        }
        let json = "{\(members.joined(separator: ","))}"
        return (try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: name), golden)
    }

    @Test("every character becomes what it does in the reference, with its place and word", arguments: names)
    func seesEveryScalar(name: String) throws {
        let (tokenizer, golden) = try component(name)
        let expected = WordPieceFixture.hashes(golden["scalars"])
        #expect(expected.count == 11)
        let texts = NormalizerTests.blocks.map { NormalizerTests.scalarText($0) }
        #expect(try WordPieceFixture.hashes(of: texts, by: tokenizer, group: 20) == expected)
    }

    @Test("hostile strings become what they do in the reference", arguments: names)
    func seesHostileStrings(name: String) throws {
        let (tokenizer, golden) = try component(name)
        let expected = WordPieceFixture.hashes(golden["hostile"])
        #expect(expected.count == 8)
        let texts = (0..<2000).map { HostileCorpus.text($0) }
        #expect(try WordPieceFixture.hashes(of: texts, by: tokenizer, group: 250) == expected)
    }

    @Test("piles of marks become what they do in the reference", arguments: names)
    func seesMarks(name: String) throws {
        let (tokenizer, golden) = try component(name)
        let expected = WordPieceFixture.hashes(golden["combining"])
        #expect(expected.count == 8)
        let texts = (0..<2000).map { NormalizerTests.combiningText($0) }
        #expect(try WordPieceFixture.hashes(of: texts, by: tokenizer, group: 250) == expected)
    }

    @Test(
        "components with options that are not known or not there are refused",
        arguments: [
            (
                #""pre_tokenizer":{"type":"Punctuation","behavior":"Sideways"}"#,
                TokenizerError.unsupported(file: "f", component: "behavior of a pre-tokenizer", name: "Sideways")
            ),
            (
                #""pre_tokenizer":{"type":"CharDelimiterSplit","delimiter":"ab"}"#,
                .damaged("pre_tokenizer.delimiter", "it should be one character")
            ),
            (
                #""normalizer":{"type":"BertNormalizer","clean_text":1}"#,
                .damaged("normalizer.clean_text", "it should be true or false")
            ),
            (
                #""post_processor":{"type":"BertProcessing","sep":["a",1],"cls":["b"]}"#,
                .damaged("post_processor.cls", "it should be an array of a token and its id")
            ),
        ])
    func refusesOptions(part: String, expected: TokenizerError) {
        let json = "{\(part),\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"a\":0}}}"
        #expect(throws: expected) { try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "f") }
    }
}

extension TokenizerError {
    /// The error of a damaged place in the file `f`.
    fileprivate static func damaged(_ location: String, _ problem: String) -> TokenizerError {
        .malformed(
            file: "f", location: location, problem: problem,
            remedy: "The file is damaged or is not what its name says: download it again.")
    }
}
