import FledgeTokenizers
import Foundation
import Testing

struct TrainedTokenizerTests {
    @Test(arguments: ["gpt2", "gpt2-lowercase", "bert", "bert-lowercase"])
    func `a tokenizer is the one that tokenizers trains on the same file`(name: String) throws {
        let expected = try #require(try TrainingFixture.root("styles")[name])
        let style = try #require(TokenizerStyle(rawValue: name.replacingOccurrences(of: "-lowercase", with: "")))
        for threads in [1, 3] {
            var trainer = TokenizerTrainer(style: style, vocabularySize: try #require(expected["size"]?.integer))
            trainer.lowercases = name.hasSuffix("-lowercase")
            trainer.specialTokens = style == .gpt2 ? ["<sep>"] : TrainingFixture.strings(expected["special"])
            trainer.threads = threads
            let trained = try trainer.train(on: TrainingFixture.corpus())
            #expect(trained.vocabulary == TrainingFixture.strings(expected["vocabulary"]))
            guard style == .gpt2 else { continue }
            let model = try TrainingFixture.model(trained)
            #expect(TrainingFixture.pairs(model["merges"]) == TrainingFixture.pairs(expected["merges"]))
            #expect(trained.mergeCount > 300)
        }
    }

    private static let hostile = (0..<1500).map { HostileCorpus.text($0) }

    /// All tokenizers that can be asked for, small.
    private func trained(_ style: TokenizerStyle, lowercases: Bool = false) throws -> TrainedTokenizer {
        var trainer = TokenizerTrainer(style: style, vocabularySize: 800)
        trainer.lowercases = lowercases
        trainer.specialTokens = ["<sep>"]
        return try trainer.train(on: TrainingFixture.corpus())
    }

    @Test func `byte-level tokenizers give hostile texts back`() throws {
        let tokenizer = try trained(.gpt2).tokenizer()
        for text in Self.hostile {
            let ids = tokenizer.encode(text: text)
            #expect(try tokenizer.decode(tokens: ids) == text)
        }
    }

    @Test func `merged tokenizers with byte fallback give hostile texts back`() throws {
        let tokenizer = try trained(.llama).tokenizer()
        // Special tokens that are in the text get a space after them.
        for text in Self.hostile where !text.unicodeScalars.contains("<") && !text.unicodeScalars.contains("▁") {
            let ids = tokenizer.encode(text: text, addSpecialTokens: false)
            #expect(try tokenizer.decode(tokens: ids) == text, "\(text.debugDescription)")
        }
    }

    @Test(arguments: [TokenizerStyle.t5, .llama], [false, true])
    func `the SentencePiece model gives the ids of tokenizer-json`(style: TokenizerStyle, lowercases: Bool) throws {
        let trained = try trained(style, lowercases: lowercases)
        let directory = try TrainingDirectory()
        let names = try trained.save(to: directory.path, includesSentencePiece: true)
        #expect(names == ["tokenizer.json", "tokenizer_config.json", trained.sentencePieceFileName])
        #expect(try directory.names() == names.sorted())
        let fast = try AutoTokenizer.from(directory: directory.url)
        try FileManager.default.removeItem(atPath: directory.file("tokenizer.json"))
        let slow = try AutoTokenizer.from(directory: directory.url)
        #expect(fast.vocabularySize == trained.vocabularySize && slow.vocabularySize == trained.vocabularySize)
        #expect(trained.vocabularySize > 700)
        var lines = try TrainingFixture.corpusText().components(separatedBy: "\n")
        // A hostile text's clusters are looked up whole by tokenizers and not by SentencePiece.
        if style == .llama { lines = (lines + Self.hostile).filter { !$0.unicodeScalars.contains("<") } }
        // What is written in parts, in a cluster of several characters.
        let parts: Set<Unicode.Scalar> = ["\u{FF9E}", "\u{323}", "\u{11AB}"]
        for line in lines where !line.contains("<") && parts.isDisjoint(with: line.unicodeScalars) || style == .llama {
            #expect(fast.encode(text: line) == slow.encode(text: line), "\(line)")
        }
        #expect(fast.encode(text: "a <sep> b").contains(try #require(fast.convertTokenToId("<sep>"))))
    }

    @Test(arguments: TokenizerStyle.allCases) func `files say what is special`(style: TokenizerStyle) throws {
        let trained = try trained(style)
        let directory = try TrainingDirectory()
        try trained.save(to: directory.path)
        let tokenizer = try AutoTokenizer.from(directory: directory.url)
        #expect(tokenizer.vocabularySize == trained.vocabularySize)
        #expect(tokenizer.convertIdsToTokens(Array(0..<800)).compactMap(\.self) == trained.vocabulary)
        #expect(tokenizer.configuration.additionalSpecialTokens == ["<sep>"])
        #expect(tokenizer.configuration.tokenizerClass == "PreTrainedTokenizerFast")
        let ids = tokenizer.encode(text: "Anna", addSpecialTokens: true)
        let around = tokenizer.convertIdsToTokens([ids[0], ids[ids.count - 1]])
        switch style {
        case .gpt2:
            #expect(tokenizer.eosToken == "<|endoftext|>" && tokenizer.unknownToken == nil)
            #expect(tokenizer.convertTokenToId("<sep>") == 1)
        case .llama:
            #expect(around[0] == "<s>" && tokenizer.unknownTokenId == 0 && tokenizer.eosTokenId == 2)
            #expect(tokenizer.convertTokenToId("<0x00>") == 4)
        case .t5: #expect(around[1] == "</s>" && tokenizer.padTokenId == 0 && tokenizer.unknownTokenId == 2)
        case .bert:
            #expect(around == ["[CLS]", "[SEP]"] && tokenizer.padTokenId == 0)
            #expect(tokenizer.configuration.maskToken == "[MASK]")
        }
        let pair = tokenizer.encoding(of: "Anna", pair: "Ben", addSpecialTokens: true)
        #expect(pair.typeIDs.max() == (style == .t5 ? 0 : 1))
    }

    @Test func `a whole file is one document`() throws {
        let text = String(repeating: "a\n\n\nb", count: 20)
        let directory = try TrainingDirectory(["a.txt": Array(text.utf8)])
        let trainer = TokenizerTrainer(style: .gpt2, vocabularySize: 500)
        func vocabulary(_ format: TrainingCorpus.Format) throws -> [String] {
            var corpus = TrainingCorpus()
            corpus.append(file: directory.file("a.txt"), format: format)
            return try trainer.train(on: corpus).vocabulary
        }
        #expect(try vocabulary(.wholeFile) == trainer.train(on: TrainingCorpus(texts: [text])).vocabulary)
        #expect(try vocabulary(.wholeFile).dropFirst(257) == ["ĊĊ", "ba"])
        // No piece spans lines.
        #expect(try vocabulary(.lines).dropFirst(257) == ["ba"])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [TokenizerStyle.gpt2, .llama, .t5, .bert])
    func `text without spaces takes no time that is quadratic in its length`(style: TokenizerStyle) throws {
        var random = SplitMix64(state: 9)
        let letters = (0..<20).map { Character(Unicode.Scalar(UInt8(97 + $0))) }
        let text = String((0..<1_000_000).map { _ in letters[min(random.next(20), random.next(20))] })
        let repeated = String(repeating: "ab", count: 500_000)
        let trainer = TokenizerTrainer(style: style, vocabularySize: 2000)
        #expect(try trainer.train(on: TrainingCorpus(texts: [text, repeated])).vocabularySize > 1000)
    }

    @Test func `characters that JSON escapes come through`() throws {
        let text = String(repeating: "a\"b \\c\\ \u{1}\u{7F}\u{1F} \t\u{2028} ", count: 5)
        var trainer = TokenizerTrainer(style: .llama, vocabularySize: 330)
        trainer.characterCoverage = 1
        let trained = try trainer.train(on: TrainingCorpus(texts: [text]))
        let tokenizer = try trained.tokenizer()
        let tokens = tokenizer.convertIdsToTokens(Array(0..<trained.vocabularySize)).compactMap(\.self)
        #expect(tokens == trained.vocabulary)
        let ids = tokenizer.encode(text: text, addSpecialTokens: false)
        #expect(try tokenizer.decode(tokens: ids) == text)
        #expect(ids.allSatisfy { $0 >= 259 }, "no byte is needed")
    }

    @Test func `new character maps agree with SentencePiece's but for newer characters`() throws {
        let theirs = try CharacterMap(
            blob: try #require(
                try SentencePieceFile(parsing: Fixture.bytes("small/spiece.model"), source: "small").characterMap))
        let ours = try CharacterMap(blob: NormalizationRules.nmtNFKC)
        func replacement(_ map: CharacterMap, _ text: String) -> [UInt8]? {
            Array(text.utf8).withUnsafeBufferPointer { bytes in
                map.longestMatch(in: bytes, range: 0..<bytes.count).map { match in
                    match.length == bytes.count ? Array(match.replacement) : []
                }
            }
        }
        var different: [UInt32] = []
        var mapped = 0
        for scalar in (UInt32(1)..<0x110000).compactMap(Unicode.Scalar.init) {
            let text = String(Character(scalar))
            let mine = replacement(ours, text)
            if mine != nil { mapped += 1 }
            // What newer versions of Unicode map, this one leaves as it is.
            if mine != replacement(theirs, text), mine != nil { different.append(scalar.value) }
        }
        #expect(different == [])
        #expect(mapped > 4000)
        for (text, composed) in [
            ("e\u{301}", "é"), ("a\u{323}\u{302}", "ậ"), ("\u{1112}\u{1161}\u{11AB}", "한"), ("\u{FF76}\u{FF9E}", "ガ"),
            ("\u{FF8A}\u{FF9F}", "パ"),
        ] {
            #expect(replacement(ours, text) == replacement(theirs, text))
            #expect(replacement(ours, text) == Array(composed.utf8))
        }
    }
}
