import Foundation
import Testing

struct EvaluateTests {
    private static let lines = [
        #"{"prediction": "The cats sat.", "reference": "A cat sat down."}"#, "",
        #"{"prediction": "dogs", "references": ["the dog", "two dogs"]}"#,
    ]

    private static func file(_ lines: [String]) throws -> TemporaryDirectory {
        try TemporaryDirectory(["rows.jsonl": lines.joined(separator: "\n") + "\n"])
    }

    private static func scores(_ json: [String: Any], metric: Int = 0) throws -> [String: [String: Any]] {
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        let scores = try #require(metrics[metric]["scores"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: scores.map { ($0["name"] as? String ?? "", $0) })
    }

    private static func number(_ value: Any?, is expected: Double) -> Bool {
        guard let value = value as? Double else { return false }
        return abs(value - expected) < 1e-12
    }

    @Test func scoresHaveTheirPartsAndIntervals() throws {
        let files = try Self.file(Self.lines)
        let json = try Fledge.run(
            "evaluate", "--metric", "rouge", "--metric", "exact-match", "--predictions", files.file("rows.jsonl").path,
            "--json", "--per-example"
        ).json()
        #expect(json["examples"] as? Int == 2)
        let rouge = try #require(try Self.scores(json)["rouge1"])
        // 2 of 3 and of 4 words, then 1 of 1 and of 2.
        #expect(Self.number(rouge["precision"], is: 5.0 / 6))
        #expect(Self.number(rouge["recall"], is: 0.5))
        #expect(Self.number(rouge["f1"], is: 13.0 / 21))
        #expect(Self.number(rouge["score"], is: 13.0 / 21))
        let interval = try #require(rouge["interval"] as? [String: Any])
        #expect(Self.number(interval["lower"], is: 4.0 / 7))
        let exact = try Self.scores(json, metric: 1)["exact_match"]
        #expect(Self.number(exact?["score"], is: 0))
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        let examples = try #require(metrics[0]["example_scores"] as? [[String: Any]])
        #expect(examples.map { $0["name"] as? String } == ["rouge1", "rouge2", "rougeL", "rougeLsum"])
        let values = try #require(examples[0]["values"] as? [Double])
        #expect(values.count == 2)
        #expect(Self.number(values.first, is: 4.0 / 7))
        #expect(Self.number(values.last, is: 2.0 / 3))
    }

    @Test func wordsAreStemmedUnlessNot() throws {
        let files = try Self.file(Self.lines)
        let json = try Fledge.run(
            "evaluate", "--metric", "rouge", "--no-stemmer", "--resamples", "0", "--predictions",
            files.file("rows.jsonl").path, "--json"
        ).json()
        // “cats” is no longer “cat”; the dogs of the second reference are the same word.
        let rouge = try #require(try Self.scores(json)["rouge1"])
        #expect(Self.number(rouge["precision"], is: 2.0 / 3))
        #expect(rouge["interval"] == nil)
    }

    @Test func standardInputIsRead() throws {
        let rows = "{\"prediction\": 1, \"reference\": 1}\n{\"prediction\": true, \"reference\": 0}\n"
        let result = try Fledge.run(
            "evaluate", "--metric", "accuracy", "--predictions", "-", "--resamples", "0", input: rows)
        #expect(result.error.isEmpty)
        #expect(result.output == "accuracy  classes:3  2 examples\n  accuracy  0.5000\n")
    }

    @Test func aComparisonSaysWhichIsBetterInWords() throws {
        let right = (0..<40).map { #"{"prediction": "a", "reference": "a", "id": \#($0)}"# }
        let wrong = (0..<40).map { #"{"prediction": "\#($0 < 20 ? "b" : "a")", "reference": "a"}"# }
        let files = try TemporaryDirectory([
            "old.jsonl": wrong.joined(separator: "\n"), "new.jsonl": right.joined(separator: "\n"),
        ])
        let arguments = [
            "evaluate", "--metric", "accuracy", "--compare", files.file("old.jsonl").path, files.file("new.jsonl").path,
        ]
        let text = try Fledge.finish(try Fledge.process(arguments))
        #expect(text.error.isEmpty)
        #expect(text.output.contains("accuracy: the second is better: 0.5000 and 1.0000, difference 0.5000 (0."))
        #expect(text.output.hasSuffix(", p = 0.0001\n"))
        let json = try Fledge.finish(try Fledge.process(arguments + ["--json"])).json()
        let accuracy = try #require(try Self.scores(json)["accuracy"])
        #expect(accuracy["verdict"] as? String == "second")
        #expect(Self.number(accuracy["difference"], is: 0.5))
    }

    @Test func entitiesAreListsOfTagsOrTexts() throws {
        let files = try Self.file([
            #"{"prediction": ["B-PER", "I-PER", "O"], "reference": "B-PER I-PER O"}"#,
            #"{"prediction": "B-LOC O", "reference": ["B-PER", "O"]}"#,
        ])
        let json = try Fledge.run(
            "evaluate", "--metric", "seqeval", "--strict", "--predictions", files.file("rows.jsonl").path, "--json"
        ).json()
        let scores = try Self.scores(json)
        let person = try #require(scores["type:PER"])
        #expect(Self.number(scores["f1_micro"]?["score"], is: 0.5))
        #expect(Self.number(person["recall"], is: 0.5))
        #expect(person["support"] as? Int == 2)
        #expect(Self.number(scores["token_accuracy"]?["score"], is: 0.8))
    }
}
