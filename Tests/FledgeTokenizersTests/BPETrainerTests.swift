import FledgeTokenizers
import Testing

struct BPETrainerTests {
    static let cases = [
        "plain", "frequent", "exhausted", "limited", "short", "initial", "special", "continuing", "limited-continuing",
    ]

    @Test(arguments: cases) func `vocabulary and merges are those of tokenizers`(name: String) throws {
        let root = try TrainingFixture.root("characters")
        var words = WordCounter()
        for entry in try #require(root["words"]?.elements) {
            let parts = Array(try #require(entry.elements))
            words.add(try #require(parts[0].string), count: try #require(parts[1].integer))
        }
        let all = Array(try #require(root["cases"]?.elements))
        let item = try #require(all.first { $0["name"]?.string == name })
        let settings = try #require(item["settings"])
        var trainer = BPETrainer(vocabularySize: try #require(settings["vocab_size"]?.integer))
        trainer.minimumFrequency = settings["min_frequency"]?.integer ?? 0
        trainer.alphabetLimit = settings["limit_alphabet"]?.integer
        trainer.tokenLengthLimit = settings["max_token_length"]?.integer
        trainer.specialTokens = TrainingFixture.strings(settings["special_tokens"])
        trainer.continuingPrefix = Array((settings["continuing_subword_prefix"]?.string ?? "").utf8)
        trainer.initialAlphabet = TrainingFixture.strings(settings["initial_alphabet"])
            .flatMap { $0.unicodeScalars.map(\.value) }
        let result = try trainer.train(on: words)
        let pieces = result.pieces.map { String(decoding: $0, as: UTF8.self) }
        #expect(pieces == TrainingFixture.strings(item["vocabulary"]))
        let merges = result.merges.map { "\(pieces[Int($0.left)]) \(pieces[Int($0.right)])" }
        #expect(merges == TrainingFixture.pairs(item["merges"]))
        #expect(merges.count > 50)
    }

    @Test func `the most frequent pair is merged first and ties go to lower ids`() throws {
        var words = WordCounter()
        for (word, count) in [("cd", 2), ("ab", 2), ("xyxy", 3), ("q", 99)] { words.add(word, count: count) }
        let result = try BPETrainer(vocabularySize: 100).train(on: words)
        let pieces = result.pieces.map { String(decoding: $0, as: UTF8.self) }
        #expect(pieces == ["a", "b", "c", "d", "q", "x", "y", "xy", "xyxy", "ab", "cd"])
        #expect(result.alphabetCount == 7)
    }

    @Test func `overlapping pairs are merged from the left`() throws {
        var words = WordCounter()
        words.add("aaaaa", count: 5)
        let result = try BPETrainer(vocabularySize: 100).train(on: words)
        #expect(result.pieces.map { String(decoding: $0, as: UTF8.self) } == ["a", "aa", "aaa", "aaaaa"])
    }

    @Test func `a vocabulary that cannot hold the alphabet is refused`() throws {
        var words = WordCounter()
        words.add("abc")
        var trainer = BPETrainer(vocabularySize: 3)
        trainer.specialTokens = ["<s>"]
        #expect(throws: TokenizerTrainingError.vocabularyTooSmall(size: 3, specialTokens: 1, alphabet: 3)) {
            try trainer.train(on: words)
        }
    }

    /// An independent, slow learner: counts all pairs anew for each merge.
    private func simpleMerges(_ words: [(String, Int)], count: Int) -> [String] {
        var spelled = words.map { ($0.0.map(String.init), $0.1) }
        var ids: [String: Int] = [:]
        for character in Set(words.flatMap { $0.0.map(String.init) }).sorted() { ids[character] = ids.count }
        var merges: [String] = []
        while merges.count < count {
            var counts: [[String]: Int] = [:]
            for (symbols, count) in spelled {
                for (left, right) in zip(symbols, symbols.dropFirst()) { counts[[left, right], default: 0] += count }
            }
            let best = counts.min {
                ($1.value, ids[$0.key[0]] ?? 0, ids[$0.key[1]] ?? 0)
                    < ($0.value, ids[$1.key[0]] ?? 0, ids[$1.key[1]] ?? 0)
            }
            guard let pair = best?.key else { break }
            merges.append(pair.joined(separator: " "))
            let merged = pair.joined()
            if ids[merged] == nil { ids[merged] = ids.count }
            spelled = spelled.map { symbols, count in
                var new: [String] = []
                for symbol in symbols {
                    if symbol == pair[1], new.last == pair[0], !new.isEmpty {
                        new[new.count - 1] = merged
                    } else {
                        new.append(symbol)
                    }
                }
                return (new, count)
            }
        }
        return merges
    }

    @Test func `random words give the merges of a learner that counts everything anew`() throws {
        for seed in 0..<40 {
            var random = SplitMix64(state: UInt64(seed))
            let words = (0..<25).map { _ in
                let letters = (0..<(1 + random.next(7))).map { _ in Character(["a", "b", "c", "d"][random.next(4)]) }
                return (String(letters), 1 + random.next(1000))
            }
            var counter = WordCounter()
            for (word, count) in words { counter.add(word, count: count) }
            let result = try BPETrainer(vocabularySize: 14).train(on: counter)
            let pieces = result.pieces.map { String(decoding: $0, as: UTF8.self) }
            let merges = result.merges.map { "\(pieces[Int($0.left)]) \(pieces[Int($0.right)])" }
            let expected = simpleMerges(words, count: merges.count)
            #expect(merges == expected, "seed \(seed)")
            #expect(merges.count == 10)
        }
    }
}
