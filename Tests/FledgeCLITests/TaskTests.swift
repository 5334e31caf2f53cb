import Foundation
import Testing

/// The task commands on the tiny models of Tests/Fixtures/families.
struct TaskTests {
    private static func model(_ name: String) -> String {
        Fledge.fixtures.appending(path: "families/\(name)").path
    }

    private static func run(_ arguments: [String]) throws -> Fledge.Result {
        try Fledge.finish(try Fledge.process(arguments))
    }

    @Test func classifyRanksAllLabelsOfEachLineOfAFile() throws {
        let files = try TemporaryDirectory(["texts.txt": "Anna is here.\nWhat a terrible day\n"])
        let json = try Fledge.run(
            "classify", "--model", Self.model("bert-tiny-classify"), "--file", files.file("texts.txt").path, "--top-k",
            "0", "--json"
        ).json()
        let results = try #require(json["results"] as? [[String: Any]])
        #expect(results.map { $0["text"] as? String } == ["Anna is here.", "What a terrible day"])
        for result in results {
            let labels = try #require(result["labels"] as? [[String: Any]])
            let scores = labels.compactMap { $0["score"] as? Double }
            #expect(Set(labels.compactMap { $0["label"] as? String }) == ["negative", "neutral", "positive"])
            #expect(abs(scores.reduce(0, +) - 1) < 1e-5 && scores == scores.sorted(by: >))
        }
    }

    @Test func nerGivesSpansThatAreTheWords() throws {
        let text = "Anna flew from Oslo to Rome with Ben."
        let json = try Fledge.run(
            "ner", "--model", Self.model("bert-tiny-ner"), "--text", text, "--aggregation", "first", "--json"
        ).json()
        let results = try #require(json["results"] as? [[String: Any]])
        let entities = try #require(results.first?["entities"] as? [[String: Any]])
        #expect(!entities.isEmpty)
        for entity in entities {
            let (start, end) = (try #require(entity["start"] as? Int), try #require(entity["end"] as? Int))
            let span = String(Array(text)[start..<end]).lowercased().replacingOccurrences(of: " ", with: "")
            #expect((entity["word"] as? String)?.replacingOccurrences(of: " ", with: "") == span)
        }
    }

    @Test func fillMaskNamesTheMaskThatIsMissing() throws {
        let result = try Fledge.run("fill-mask", "--model", Self.model("bert-tiny-fill-mask"), "--text", "nothing here")
        #expect(result.status == 64)
        #expect(
            result.error == """
                error: text 1 has no [MASK]; put [MASK] where a token is to be filled in
                  See 'fledge fill-mask --help' for more information.

                """)
        let json = try Fledge.run(
            "fill-mask", "--model", Self.model("bert-tiny-fill-mask"), "--text", "the [MASK] of it", "--top-k", "3",
            "--json"
        ).json()
        let masks = try #require((json["results"] as? [[String: Any]])?.first?["masks"] as? [[[String: Any]]])
        #expect(masks.count == 1 && masks[0].count == 3)
        #expect(masks[0].allSatisfy { ($0["token_str"] as? String)?.isEmpty == false })
    }

    @Test func embedPrintsTheCosineOfEachPair() throws {
        let texts = ["a dog", "a cat", "a dog"]
        let arguments = texts.flatMap { ["--text", $0] }
        let plain = try Self.run(["embed", "--model", Self.model("st-tiny-mean"), "--similarity"] + arguments)
        let lines = plain.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(lines.map { $0.prefix(2) } == [["1", "2"], ["1", "3"], ["2", "3"]])
        #expect(lines[1][2] == "1.000000" && lines[0][2] == lines[2][2])
        let json = try Self.run(["embed", "--model", Self.model("st-tiny-mean"), "--json"] + arguments).json()
        let vectors = try #require(json["embeddings"] as? [[Double]])
        #expect(vectors.count == 3 && vectors.allSatisfy { $0.count == json["dimensions"] as? Int })
        #expect(vectors.allSatisfy { abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5 })
        let unpooled = try Fledge.run("embed", "--model", Self.model("bert-base"), "--text", "a")
        #expect(unpooled.status == 64 && unpooled.error.contains("choose a pooling: mean, cls or lasttoken"))
    }

    @Test func answerReadsQuestionsFromJSONLines() throws {
        let context = "It is Anna who asks Ben about the train."
        let line = #"{"question": "who asks", "context": "\#(context)"}"#
        let files = try TemporaryDirectory(["q.jsonl": line + "\n" + line + "\n"])
        let json = try Fledge.run(
            "answer", "--model", Self.model("bert-tiny-answer"), "--file", files.file("q.jsonl").path, "--top-k", "2",
            "--json"
        ).json()
        let results = try #require(json["results"] as? [[String: Any]])
        #expect(results.count == 2)
        for result in results {
            for answer in try #require(result["answers"] as? [[String: Any]]) {
                let (start, end) = (try #require(answer["start"] as? Int), try #require(answer["end"] as? Int))
                #expect(String(Array(context)[start..<end]) == answer["answer"] as? String)
            }
        }
    }

    @Test func aBrokenLineIsNamed() throws {
        let files = try TemporaryDirectory([
            "q.jsonl": "{\"question\": \"who\", \"context\": \"x\"}\n\n{\"question\": 3}\n"
        ])
        let result = try Fledge.run(
            "answer", "--model", Self.model("bert-tiny-answer"), "--file", files.file("q.jsonl").path)
        #expect(result.status == 65)
        let path = files.file("q.jsonl").path
        #expect(result.error == "error: \(path):3: “question” is not a string; put it in quotes\n")
    }

    @Test func aModelOfTheWrongKindIsRefused() throws {
        let result = try Fledge.run("classify", "--model", Self.model("gpt2-bare"), "--text", "a")
        #expect(result.status == 64)
        #expect(result.error.contains("was saved as GPT2LMHeadModel, which is not made for"))
    }

    @Test func aChatIsWrittenByTheTemplate() throws {
        let template = "{% for m in messages %}{{ m.role }}: {{ m.content }} {% endfor %}"
        let files = try TemporaryDirectory([
            "t.jinja": template, "m.json": #"[{"role": "user", "content": "the train"}]"#,
        ])
        let model = Fledge.fixtures.appending(path: "t5-tiny").path
        let shared = ["generate", "--model", model, "--max-new-tokens", "6"]
        let plain = try Self.run(shared + ["--prompt", "system: be brief user: the train "])
        let chat = ["--chat-template", files.file("t.jinja").path, "--system", "be brief"]
        let one = try Self.run(shared + chat + ["--chat", "--prompt", "the train"])
        let two = try Self.run(shared + chat + ["--messages", files.file("m.json").path])
        #expect(one.status == 0 && one.output == two.output && !one.output.isEmpty)
        // The template alone says where a text ends: no end token is added.
        #expect(plain.status == 0)
        let missing = try Self.run(shared + ["--chat", "--prompt", "a"])
        #expect(missing.status == 65 && missing.error.contains("this model has no chat template"))
        let idle = try Self.run(shared + ["--system", "x", "--prompt", "a"])
        #expect(idle.status == 64 && idle.error.contains("--system goes with --chat"))
    }
}
