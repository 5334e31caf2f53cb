import Foundation
import Testing

struct TrainTokenizerTests {
    private let corpus = Array(
        repeating: "the cat sat on the mat, and the rat sat too\nAnna: Did you see the cat?\n", count: 20
    )
    .joined()

    private func train(_ arguments: String, in directory: TemporaryDirectory, input: String = "") throws
        -> Fledge.Result
    {
        let filled = arguments.replacingOccurrences(of: "DIR", with: directory.url.path)
        let process = try Fledge.process(["train-tokenizer"] + filled.split(separator: " ").map(String.init))
        return try Fledge.finish(process, input: input)
    }

    private func tokens(of text: String, by model: URL) throws -> [String] {
        let result = try Fledge.run("tokenize", "--model", model.path, "--text", text)
        return try #require(try result.json()["tokens"] as? [String])
    }

    @Test(arguments: [
        ("bpe", "gpt2", 300, ["the", "Ġcat", "Ġsat"]),
        ("bpe --style llama", "llama", 330, ["<s>", "▁the", "▁cat", "▁sat"]),
        ("unigram", "t5", 40, ["▁the", "▁cat", "▁sat", "</s>"]),
        ("wordpiece", "bert", 80, ["[CLS]", "the", "cat", "sat", "[SEP]"]),
    ])
    func whatIsTrainedTokenizes(type: String, style: String, size: Int, tokens expected: [String]) throws {
        let directory = try TemporaryDirectory(["a.txt": corpus])
        let command = "--type \(type) --vocab-size \(size) --data DIR/a.txt --output DIR/t --threads 2"
        let report = try train(command + " --json", in: directory).json()
        #expect(
            shape(report)
                == "{count_seconds: number, files: [text], learn_seconds: number, merges: number, output: text, "
                + "peak_memory_bytes: number, style: text, total_seconds: number, type: text, vocabulary_size: number}")
        #expect(report["style"] as? String == style)
        #expect(report["files"] as? [String] == ["tokenizer.json", "tokenizer_config.json"])
        #expect(try tokens(of: "the cat sat", by: directory.file("t")) == expected)
        let first = try Data(contentsOf: directory.file("t/tokenizer.json"))
        let said = try train(command, in: directory)
        #expect(said.status == 0 && said.error.isEmpty)
        #expect(said.output.hasSuffix(" s: tokenizer.json, tokenizer_config.json in \(directory.file("t").path)\n"))
        #expect(try Data(contentsOf: directory.file("t/tokenizer.json")) == first, "training is reproducible")
    }

    @Test func jsonLinesAndStandardInputAreRead() throws {
        let line = #"{"text": "x", "dialogue": "the cat\nsat"}"# + "\n"
        let directory = try TemporaryDirectory(["a.jsonl": String(repeating: line, count: 9)])
        let result = try train(
            "--type wordpiece --vocab-size 60 --data DIR/a.jsonl - --field dialogue --output DIR/t", in: directory,
            input: String(repeating: "Anna\n", count: 9))
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("(60 were asked for; the corpus has no more to learn from)"))
        #expect(
            try tokens(of: "the cat Anna x", by: directory.file("t")) == [
                "[CLS]", "the", "cat", "Anna", "[UNK]", "[SEP]",
            ])
    }

    @Test func theSentencePieceModelIsWrittenBeside() throws {
        let directory = try TemporaryDirectory(["a.txt": corpus])
        let result = try train(
            "--type unigram --vocab-size 40 --data DIR/a.txt --output DIR/t --sentencepiece --special-tokens <a> <b>",
            in: directory)
        #expect(result.status == 0, "\(result.error)")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("t").path).sorted()
        #expect(names == ["spiece.model", "tokenizer.json", "tokenizer_config.json"])
        let fast = try tokens(of: "the <b> cat", by: directory.file("t"))
        #expect(fast == ["▁the", "<b>", "▁cat", "</s>"])
        try FileManager.default.removeItem(at: directory.file("t/tokenizer.json"))
        #expect(try tokens(of: "the cat sat", by: directory.file("t")) == ["▁the", "▁cat", "▁sat", "</s>"])
    }

    @Test(.timeLimit(.minutes(1))) func aTrainingThatIsKilledLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        let process = try Fledge.process([
            "train-tokenizer", "--type", "bpe", "--vocab-size", "300", "--data", "-", "--output",
            directory.file("t").path,
        ])
        // Standard input that never ends.
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(corpus.utf8))
        // Other signals may be blocked in threads of the test, and children inherit that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.exitStatus == 128 + 9)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.url.path) == [])
    }

    @Test func aTokenizerThatDoesNotFitOnTheDiskLeavesTheOldOne() throws {
        let directory = try TemporaryDirectory(["a.txt": corpus])
        #expect(try train("--type bpe --vocab-size 280 --data DIR/a.txt --output DIR/t", in: directory).status == 0)
        let old = try Data(contentsOf: directory.file("t/tokenizer.json"))
        let shell = try Fledge.process([])
        let binary = try #require(shell.executableURL?.path)
        shell.executableURL = URL(filePath: "/bin/sh")
        // Two blocks a file at most; the signal that would say so is ignored, as on a full disk there is none.
        shell.arguments = [
            "-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh", binary, "train-tokenizer", "--type", "bpe",
            "--vocab-size", "300", "--data", directory.file("a.txt").path, "--output", directory.file("t").path,
        ]
        let result = try Fledge.finish(shell)
        #expect(result.status == 74)
        #expect(
            result.error
                == "error: \(directory.file("t/tokenizer.json").path): cannot be written: file too large. Check "
                + "that the directory may be written to and that its disk has room, or give another one.\n")
        #expect(try Data(contentsOf: directory.file("t/tokenizer.json")) == old)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("t").path).sorted()
        #expect(names == ["tokenizer.json", "tokenizer_config.json"])
    }
}
