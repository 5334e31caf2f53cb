import FledgeTokenizers
import Foundation
import Testing

/// Real texts, which are beside the repository and not part of it; Tools/training_golden.py --shared made the hashes.
@Suite(.enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED) with the texts"))
struct SharedTrainingTests {
    private static func hash(_ lines: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for line in lines {
            for byte in (line + "\n").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @Test(arguments: 0..<10) func `real texts give what tokenizers learns, and no more tokens than SentencePiece`(
        index: Int
    ) throws {
        let cases = Array(try #require(TrainingFixture.root("shared").elements))
        #expect(cases.count == 10)
        let item = cases[index]
        let name = try #require(item["corpus"]?.string)
        let path = Shared.url("data/text/\(name).txt").path
        var corpus = TrainingCorpus()
        corpus.append(file: path, format: .lines)
        let style: TokenizerStyle = item["style"]?.string == "t5" ? .t5 : .gpt2
        let size = try #require(item["size"]?.integer)
        let trained = try TokenizerTrainer(style: style, vocabularySize: size).train(on: corpus)
        guard style == .t5 else {
            let model = try TrainingFixture.model(trained)
            #expect(Self.hash(trained.vocabulary) == item["vocabulary"]?.string)
            #expect(Self.hash(TrainingFixture.pairs(model["merges"])) == item["merges"]?.string)
            return
        }
        let tokenizer = try trained.tokenizer()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let ours = text.components(separatedBy: "\n").reduce(0) {
            $0 + tokenizer.encode(text: $1, addSpecialTokens: false).count
        }
        let theirs = try #require(item["tokens"]?.integer)
        #expect(Double(ours) <= 1.005 * Double(theirs), "\(ours)")
    }
}
