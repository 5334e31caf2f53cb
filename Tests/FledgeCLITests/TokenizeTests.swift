import Foundation
import Testing

struct TokenizeTests {
    private func tokenize(_ arguments: String..., input: String = "") throws -> Fledge.Result {
        try Fledge.finish(try Fledge.process(["tokenize", "--model", Fledge.tiny] + arguments), input: input)
    }

    @Test(arguments: [[], ["--json"]]) func aTextGivesIdsAndTokens(flags: [String]) throws {
        let process = try Fledge.process(["tokenize", "--model", Fledge.tiny, "--text", "Anna: Did"] + flags)
        let result = try Fledge.finish(process)
        #expect(result.output == #"{"ids":[239,15,393,362,1],"tokens":["▁Anna",":","▁D","id","</s>"]}"# + "\n")
        #expect(result.status == 0 && result.error.isEmpty)
    }

    @Test func specialTokensCanBeLeftOut() throws {
        let plain = try tokenize("--text", "Anna: Did", "--no-special-tokens")
        #expect(plain.output == #"{"ids":[239,15,393,362],"tokens":["▁Anna",":","▁D","id"]}"# + "\n")
        #expect(try tokenize("--decode", "239,15,1").output == #"{"text":"Anna:</s>"}"# + "\n")
        #expect(try tokenize("--decode", "239,15,1", "--no-special-tokens").output == #"{"text":"Anna:"}"# + "\n")
    }

    @Test func linesGiveAnObjectEach() throws {
        let text = "Anna: Did\r\n\nAnna:\n"
        let expected = """
            {"ids":[239,15,393,362,1],"tokens":["▁Anna",":","▁D","id","</s>"]}
            {"ids":[1],"tokens":["</s>"]}
            {"ids":[239,15,1],"tokens":["▁Anna",":","</s>"]}

            """
        #expect(try tokenize("--file", "-", "--lines", input: text).output == expected)
        #expect(try tokenize("--text", text, "--lines").output == expected)
        let directory = try TemporaryDirectory(["corpus.txt": text])
        #expect(try tokenize("--file", directory.file("corpus.txt").path, "--lines").output == expected)
        #expect(try tokenize("--file", "-", "--lines").output == "")
    }

    @Test func aFileIsOneTextUnlessItIsReadByLines() throws {
        let json = try tokenize("--file", "-", input: "Anna:\nAnna:").json()
        #expect(json["ids"] as? [Int] == [239, 15, 239, 15, 1])
    }

    @Test func theSpeedOfATokenizerIsOneObject() throws {
        let directory = try TemporaryDirectory(["corpus.txt": "Anna: Did\nAnna:\n"])
        for (flags, tokens) in [([], 7), (["--lines"], 8)] {
            let process = try Fledge.process(
                [
                    "bench-tokenizer", "--model", Fledge.tiny, "--file", directory.file("corpus.txt").path, "--repeat",
                    "2",
                ]
                    + flags)
            let json = try Fledge.finish(process).json()
            #expect(
                shape(json) == "{bytes: number, load_seconds: number, median_seconds: number, "
                    + "megabytes_per_second: number, tokens: number}")
            #expect(json["tokens"] as? Int == tokens)
        }
    }
}
