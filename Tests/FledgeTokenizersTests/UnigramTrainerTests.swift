import FledgeTokenizers
import Foundation
import Testing

struct UnigramTrainerTests {
    private func train(size: Int, threads: Int = 1) throws -> TrainedTokenizer {
        var trainer = TokenizerTrainer(style: .t5, vocabularySize: size)
        trainer.threads = threads
        return try trainer.train(on: TrainingFixture.corpus())
    }

    @Test(arguments: [0, 1, 2]) func `the corpus needs no more tokens than with SentencePiece's pieces`(
        index: Int
    ) throws {
        let cases = Array(try #require(try TrainingFixture.root("unigram").elements))
        let size = try #require(cases[index]["size"]?.integer)
        let theirs = try #require(cases[index]["tokens"]?.integer)
        let trained = try train(size: size)
        #expect(trained.vocabularySize == size)
        let file = try SentencePieceFile(parsing: trained.sentencePieceModel(), source: "spiece.model")
        var configuration = TokenizerConfiguration()
        configuration.tokenizerClass = "PreTrainedTokenizerFast"
        let tokenizer = try AutoTokenizer.read(
            sentencePieceModel: trained.sentencePieceModel(), named: "spiece.model", configuration: configuration)
        #expect(file.characterMap == NormalizationRules.nmtNFKC)
        let lines = try TrainingFixture.corpusText().components(separatedBy: "\n")
        let ours = lines.reduce(0) { $0 + tokenizer.encode(text: $1, addSpecialTokens: false).count }
        #expect(Double(ours) <= Double(theirs) * 1.005, "\(ours) tokens, SentencePiece \(theirs)")
        let shared = Set(trained.vocabulary).intersection(TrainingFixture.strings(cases[index]["pieces"]))
        #expect(Double(shared.count) / Double(size) > 0.7, "\(shared.count) pieces of \(size) are shared")
    }

    @Test func `threads do not change the tokenizer`() throws {
        let one = try train(size: 450).tokenizerJSON()
        #expect(try train(size: 450, threads: 2).tokenizerJSON() == one)
        #expect(try train(size: 450, threads: 7).tokenizerJSON() == one)
    }

    @Test func `scores are logarithms of probabilities in descending order`() throws {
        let model = try TrainingFixture.model(try train(size: 450))
        let vocabulary = Array(try #require(model["vocab"]?.elements))
        let scores = vocabulary.compactMap { $0.elements.map { Array($0)[1].number ?? .nan } }
        #expect(scores.count == 450)
        #expect(scores[..<3] == [0, 0, 0])
        #expect(zip(scores[3...], scores[4...]).allSatisfy { $0 >= $1 })
        #expect(scores[3...].allSatisfy { $0 < 0 })
        let total = scores[3...].reduce(0) { $0 + exp($1) }
        #expect(total > 0.8 && total < 1.05, "\(total)")
    }

    @Test func `pieces have the spaces, scripts and lengths that SentencePiece allows`() throws {
        var trainer = TokenizerTrainer(style: .t5, vocabularySize: 600)
        trainer.longestPiece = 5
        let pieces = try trainer.train(on: TrainingFixture.corpus()).vocabulary.dropFirst(3)
        for piece in pieces {
            let scalars = Array(piece.unicodeScalars)
            #expect(scalars.count <= 5, "\(piece)")
            #expect(!scalars.dropFirst().contains("▁"), "\(piece)")
            let isLatin = scalars.contains { $0.isASCII && $0.properties.isAlphabetic }
            let isOther = scalars.contains { ("0"..."9").contains($0) || ("а"..."я").contains($0) || $0 == "." }
            #expect(!(isLatin && isOther), "\(piece)")
        }
    }

    @Test func `words of any length can be learned from`() throws {
        var random = SplitMix64(state: 5)
        let letters = (0..<26).map { Character(Unicode.Scalar(UInt8(97 + $0))) }
        let long = String((0..<20_000).map { _ in letters[random.next(26)] })
        let repeated = String(repeating: "ab", count: 30_000)
        let corpus = TrainingCorpus(texts: [long, repeated, "a b c d"])
        let trained = try TokenizerTrainer(style: .t5, vocabularySize: 200).train(on: corpus)
        let tokenizer = try trained.tokenizer()
        let ids = tokenizer.encode(text: repeated, addSpecialTokens: false)
        // Pieces of sixteen characters cover what repeats.
        #expect(ids.count < repeated.utf8.count / 12, "\(ids.count)")
        #expect(try tokenizer.decode(tokens: ids, skipSpecialTokens: true) == repeated)
    }

    @Test func `words of nothing but rare characters can be learned from`() throws {
        // So improbable that products of their probabilities would underflow.
        let rare = (0..<3000).map { String(Character(Unicode.Scalar(UInt32(0x4E00 + $0)) ?? "?")) }
        let words = stride(from: 0, to: 3000, by: 100).map { rare[$0..<$0 + 100].joined() }
        var trainer = TokenizerTrainer(style: .t5, vocabularySize: 60)
        trainer.characterCoverage = 0.9
        let texts = [String(repeating: "common words are common ", count: 20_000)] + words
        let trained = try trainer.train(on: TrainingCorpus(texts: texts))
        #expect(trained.vocabulary.contains("▁common"))
        #expect(trained.vocabulary.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value < 0x4E00 } })
        #expect(trained.vocabularySize <= 60)
    }

    @Test func `a corpus of one word gives its characters`() throws {
        let trained = try TokenizerTrainer(style: .t5, vocabularySize: 50).train(on: TrainingCorpus(texts: ["abc"]))
        #expect(Set(trained.vocabulary) == ["<pad>", "</s>", "<unk>", "▁", "a", "b", "c"])
        #expect(try trained.tokenizer().tokenize(text: "abc cab") == ["▁", "a", "b", "c", "▁", "c", "a", "b"])
    }

    @Test func `rare characters are unknown unless they become bytes`() throws {
        let text = String(repeating: "the cat sat on the mat ", count: 400) + "ŋ"
        for falls in [false, true] {
            var trainer = TokenizerTrainer(style: .t5, vocabularySize: falls ? 290 : 30)
            trainer.byteFallback = falls
            let tokenizer = try trainer.train(on: TrainingCorpus(texts: [text])).tokenizer()
            let tokens = tokenizer.tokenize(text: "ŋ")
            #expect(tokens == (falls ? ["▁", "<0xC5>", "<0x8B>"] : ["▁", "ŋ"]))
            #expect(tokenizer.encode(text: "ŋ", addSpecialTokens: false).contains(2) == !falls)
            trainer.characterCoverage = 1
            let complete = try trainer.train(on: TrainingCorpus(texts: [text])).vocabulary
            #expect(complete.contains("ŋ"))
        }
    }
}
