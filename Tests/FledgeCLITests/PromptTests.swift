import Foundation
import Testing

struct PromptTests {
    private static let data = (0..<12).map {
        "{\"review\": \"case number \($0)\", \"label\": \($0 % 2)}\n"
    }.joined()

    private static func json(_ arguments: [String]) throws -> [String: Any] {
        try Fledge.finish(try Fledge.process(arguments + ["--json"])).json()
    }

    @Test func `the list has every template with its fields`() throws {
        let text = try Fledge.run("prompt", "--list")
        #expect(text.status == 0 && text.error.isEmpty)
        #expect(text.output.split(separator: "\n").count == 25)
        #expect(
            text.output.contains("\nsentiment                whether a text is positive or negative (text → label)\n")
        )
        let templates = try #require(Self.json(["prompt", "--list"])["templates"] as? [[String: Any]])
        #expect(templates.count == 25)
        #expect(templates[2]["name"] as? String == "sentiment" && templates[2]["inputs"] as? [String] == ["text"])
    }

    @Test func `a prompt is text on standard output`() throws {
        let result = try Fledge.run(
            "prompt", "--template", "t5-translate", "--field", "text=Hello.", "--field", "target_language=French")
        #expect(result.status == 0 && result.error.isEmpty)
        #expect(result.output == "translate English to French: Hello.\n")
    }

    @Test func `demonstrations are drawn from the data, renamed, with labels in words`() throws {
        let files = try TemporaryDirectory(["d.jsonl": Self.data])
        let arguments = [
            "prompt", "--template", "sentiment", "--data", files.file("d.jsonl").path, "--map", "text=review",
            "--index", "3",
        ]
        let first = try Self.json(arguments + ["--shots", "2", "--select", "index"])
        #expect(
            first["prompt"] as? String == """
                Is the text negative or positive? Answer with one word.

                Text: case number 0
                Answer: negative

                Text: case number 1
                Answer: positive

                Text: case number 3
                Answer:
                """)
        #expect(
            first["demonstrations"] as? Int == 2 && first["tokens"] is NSNull? && first["stop"] as? [String] == ["\n"])
        let balanced = try Self.json(arguments + ["--shots", "4", "--select", "balanced", "--seed", "5"])
        let text = try #require(balanced["prompt"] as? String)
        #expect(text.components(separatedBy: "Answer: negative").count == 3)
        #expect(text.components(separatedBy: "Answer: positive").count == 3)
        let again = try Self.json(arguments + ["--shots", "4", "--select", "balanced", "--seed", "5"])
        #expect(again["prompt"] as? String == text)
        let embedder = Fledge.fixtures.appending(path: "families/st-tiny-mean").path
        let nearest = try Self.json(
            arguments + ["--shots", "12", "--select", "nearest", "--embedding-model", embedder])
        #expect(nearest["demonstrations"] as? Int == 11)
        let notes = try #require(nearest["notes"] as? [[String: String]])
        #expect(notes.map { $0["kind"] } == ["fewer_demonstrations"])
    }

    @Test func `what does not fit is said`() throws {
        let files = try TemporaryDirectory(["d.jsonl": Self.data])
        let arguments = [
            "prompt", "--template", "sentiment", "--data", files.file("d.jsonl").path, "--map", "text=review",
            "--shots", "9",
            "--model", Fledge.tiny, "--context-length",
        ]
        let some = try Self.json(arguments + ["150"])
        let kept = try #require(some["demonstrations"] as? Int)
        #expect(kept > 0 && kept < 9 && (some["tokens"] as? Int ?? 1000) <= 150)
        let notes = try #require(some["notes"] as? [[String: String]])
        #expect(
            notes == [
                [
                    "kind": "dropped_demonstrations",
                    "text": "\(9 - kept) of 9 demonstrations did not fit and were left out",
                ]
            ])
        let least = try #require(
            Self.json(["prompt", "--template", "sentiment", "--field", "text=case", "--model", Fledge.tiny])["tokens"]
                as? Int)
        let cut = try Fledge.finish(try Fledge.process(arguments + ["\(least)"]))
        #expect(cut.status == 0)
        #expect(
            cut.error.hasPrefix("note: 9 of 9 demonstrations did not fit and were left out\nnote: “text” was cut to "))
        #expect(cut.output.hasSuffix("\nAnswer:\n"))
    }

    @Test func `generation from a template is generation from its prompt`() throws {
        let files = try TemporaryDirectory(["d.jsonl": Self.data])
        let template = [
            "--template", "sentiment", "--data", files.file("d.jsonl").path, "--map", "text=review", "--shots", "2",
        ]
        let prompt = try Self.json(["prompt", "--model", Fledge.tiny] + template)
        let shared = ["generate", "--model", Fledge.tiny, "--max-new-tokens", "6"]
        let made = try Self.json(shared + template)
        let plain = try Self.json(shared + ["--prompt", try #require(prompt["prompt"] as? String), "--stop", "\n"])
        #expect(made["prompt_tokens"] as? Int == prompt["tokens"] as? Int)
        func text(_ report: [String: Any]) -> String? {
            ((report["completions"] as? [[String: Any]])?.first?["text"]) as? String
        }
        #expect(text(made) == text(plain) && text(made) != nil)
        #expect((made["notes"] as? [Any])?.isEmpty == true && plain["notes"] == nil)
        let other = try Self.json(shared + template + ["--seed", "7"])
        #expect(other["prompt_tokens"] is Int)
    }
}
