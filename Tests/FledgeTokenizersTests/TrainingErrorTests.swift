import FledgeTokenizers
import Foundation
import Testing

struct TrainingErrorTests {
    private func train(
        _ files: [String: [UInt8]], format: TrainingCorpus.Format = .lines, style: TokenizerStyle = .gpt2,
        size: Int = 300, threads: Int = 2
    ) throws -> TrainedTokenizer {
        let directory = try TrainingDirectory(files)
        var corpus = TrainingCorpus()
        for name in files.keys.sorted() { corpus.append(file: directory.file(name), format: format) }
        var trainer = TokenizerTrainer(style: style, vocabularySize: size)
        trainer.threads = threads
        do {
            return try trainer.train(on: corpus)
        } catch {
            throw Message(text: "\(error)".replacingOccurrences(of: directory.path, with: "DIR"))
        }
    }

    private struct Message: Error, Equatable { let text: String }

    private func text(_ lines: [String]) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    @Test(arguments: TokenizerStyle.allCases) func `an empty corpus is refused`(style: TokenizerStyle) throws {
        let expected = Message(
            text: "the corpus holds no text, so there is nothing to learn pieces from. Give files that hold some.")
        #expect(throws: expected) { try train(["a.txt": []], style: style) }
        if style == .gpt2 || style == .llama { return }
        #expect(throws: expected) { try train(["a.txt": Array(" \n\r\n\t\n".utf8)], style: style) }
    }

    @Test func `a vocabulary without room is refused`() throws {
        #expect(
            throws: Message(
                text: "a vocabulary of 256 is too small for 1 special and byte tokens and an alphabet of 256 "
                    + "characters. Ask for at least 257, or cover fewer characters.")
        ) { try train(["a.txt": text(["hello"])], size: 256) }
        #expect(
            throws: Message(
                text: "a vocabulary of 6 is too small for 3 special and byte tokens and an alphabet of 5 characters. "
                    + "Ask for at least 8, or cover fewer characters.")
        ) { try train(["a.txt": text(["hello hello"])], style: .t5, size: 6) }
        #expect(try train(["a.txt": text(["hello hello"])], style: .t5, size: 8).vocabularySize == 8)
    }

    @Test(arguments: [1, 2, 3]) func `a line that is not UTF-8 is named`(threads: Int) throws {
        var bytes = text((0..<5000).map { "line \($0)" })
        bytes += [0x0A] + Array("caf".utf8) + [0xE9, 0x0A] + Array("more\n".utf8)
        let expected = Message(
            text: "DIR/a.txt:5001: is not UTF-8 text. Convert the file first, for example with iconv -t UTF-8.")
        #expect(throws: expected) { try train(["a.txt": bytes], threads: threads) }
        #expect(throws: expected) { try train(["a.txt": bytes], format: .wholeFile, threads: threads) }
    }

    @Test func `JSON lines that are wrong are named`() throws {
        let good = #"{"text": "good", "n": 1}"#
        let format = TrainingCorpus.Format.jsonLines(field: "text")
        for (line, problem) in [
            (#"{"other": "x"}"#, "the object has no field “text”. Add it, or name another one with --field."),
            (#"{"text": 3}"#, "the field “text” is not a string."),
            (#"["text"]"#, "is not a JSON object. Give one a line."),
            (#"{"text": "#, "is not JSON. Give one object a line, in a file that ends in .jsonl."),
        ] {
            #expect(throws: Message(text: "DIR/a.jsonl:3: \(problem)")) {
                try train(["a.jsonl": text([good, "", line, good])], format: format)
            }
        }
        let trained = try train(["a.jsonl": text([good, good, ""])], format: format, style: .bert, size: 50)
        #expect(trained.vocabulary.last == "good")
    }

    @Test func `files that cannot be read are named`() throws {
        var corpus = TrainingCorpus()
        corpus.append(file: "/nonexistent/a.txt", format: .lines)
        #expect(throws: TokenizerTrainingError.unreadable(file: "/nonexistent/a.txt", reason: "there is no such file"))
        {
            try TokenizerTrainer(style: .gpt2, vocabularySize: 300).train(on: corpus)
        }
        corpus = TrainingCorpus()
        corpus.append(file: "/", format: .lines)
        #expect(throws: TokenizerTrainingError.unreadable(file: "/", reason: "it is a directory")) {
            try TokenizerTrainer(style: .gpt2, vocabularySize: 300).train(on: corpus)
        }
    }

    @Test func `settings out of range are refused`() throws {
        let corpus = TrainingCorpus(texts: ["some text"])
        func error(_ style: TokenizerStyle, _ change: (inout TokenizerTrainer) -> Void) -> String {
            var trainer = TokenizerTrainer(style: style, vocabularySize: 400)
            change(&trainer)
            do {
                _ = try trainer.train(on: corpus)
                return ""
            } catch { return "\(error)" }
        }
        #expect(error(.gpt2) { $0.vocabularySize = 0 } == "the vocabulary size is 0; give a number from 1 to 16777216")
        #expect(error(.gpt2) { $0.threads = 0 } == "the number of threads is 0; give a number from 1 to 1024")
        #expect(
            error(.t5) { $0.characterCoverage = 0 }
                == "the character coverage is 0.0; give a share above 0, at most 1")
        #expect(
            error(.t5) { $0.longestPiece = 256 }
                == "the longest piece has 256 characters; give a number from 1 to 255")
        #expect(error(.bert) { $0.alphabetLimit = 0 } == "the alphabet is limited to 0 characters; give at least 1")
        #expect(error(.bert) { $0.minimumFrequency = -1 } == "the minimum frequency is -1; give 0 or more")
        #expect(
            error(.bert) { $0.specialTokens = [""] }
                == "a special token is empty or longer than 4096 bytes; give other ones")
        #expect(
            error(.gpt2) { $0.byteFallback = true }
                == "only the styles of SentencePiece have byte fallback: t5 and llama")
    }

    @Test func `a byte-level tokenizer is no SentencePiece model`() throws {
        let trained = try train(["a.txt": text(["hello hello"])])
        let directory = try TrainingDirectory()
        #expect(
            throws: TokenizerTrainingError.badSetting(
                "a SentencePiece model cannot do what a tokenizer of the style gpt2 does; choose the style t5 or llama, "
                    + "or do without it")
        ) { try trained.save(to: directory.path, includesSentencePiece: true) }
        #expect(try directory.names() == [])
    }

    @Test func `output that cannot be written leaves nothing behind`() throws {
        let trained = try train(["a.txt": text(["hello hello"])])
        let directory = try TrainingDirectory(["file": []])
        #expect(
            throws: TokenizerTrainingError.unwritable(
                path: directory.file("no/where"), reason: "the directory to make it in does not exist")
        ) { try trained.save(to: directory.file("no/where")) }
        #expect(
            throws: TokenizerTrainingError.unwritable(path: directory.file("file"), reason: "it is not a directory")
        ) {
            try trained.save(to: directory.file("file"))
        }
        // A file's place that is taken by a directory: the other file must not be replaced either.
        let taken = try TrainingDirectory(["tokenizer_config.json": Array("old".utf8)])
        try FileManager.default.createDirectory(
            atPath: taken.file("tokenizer.json/x"), withIntermediateDirectories: true)
        #expect(throws: TokenizerTrainingError.self) { try trained.save(to: taken.path) }
        #expect(try taken.names() == ["tokenizer.json", "tokenizer_config.json"])
        #expect(try String(contentsOfFile: taken.file("tokenizer_config.json"), encoding: .utf8) == "old")
        try trained.save(to: directory.file("new"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.file("new")).sorted()
                == ["tokenizer.json", "tokenizer_config.json"])
    }

    @Test func `progress goes up and says what is done`() throws {
        let log = Log()
        _ = try TokenizerTrainer(style: .t5, vocabularySize: 300).train(on: TrainingFixture.corpus()) { log.append($0) }
        let stages = log.all
        #expect(Set(stages.map(\.stage)) == [.counting, .seeding, .learning])
        #expect(stages.first?.completed == stages.first?.total)
        #expect(stages.last?.stage == .learning && stages.last?.completed == stages.last?.total)
    }

    private final class Log: @unchecked Sendable {
        private(set) var all: [TrainingProgress] = []
        func append(_ progress: TrainingProgress) { all.append(progress) }
    }
}
