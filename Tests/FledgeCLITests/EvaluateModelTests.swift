import FledgeTensor
import Foundation
import Testing

/// `evaluate` with a model over a data set.
struct EvaluateModelTests {
    private static let template = """
        {# inputs: dialogue #}
        {# target: summary #}
        {# truncate: dialogue #}

        {# query #}
        Summarize: {{ dialogue }}

        {# answer #}
        {{ summary }}
        """

    private static func row(_ number: Int) -> String {
        let words = (0...(number * 7 % 19)).map { "word\($0 + number)" }.joined(separator: " ")
        return #"{"dialogue": "\#(words)", "summary": "summary \#(number) of it", "title": "title \#(number)"}"#
    }

    private static func files(_ count: Int = 12) throws -> TemporaryDirectory {
        try TemporaryDirectory([
            "t.jinja": template, "rows.jsonl": (0..<count).map { row($0) + "\n" }.joined(),
        ])
    }

    private static func arguments(_ files: TemporaryDirectory, _ more: String) -> [String] {
        let line =
            "evaluate --model \(Fledge.tiny) --data DIR/rows.jsonl --template DIR/t.jinja --metric rouge " + more
        return line.replacing("DIR", with: files.url.path).split(separator: " ").map(String.init)
    }

    private static func run(_ files: TemporaryDirectory, _ more: String) throws -> Fledge.Result {
        try Fledge.finish(try Fledge.process(arguments(files, more)))
    }

    private static func text(_ files: TemporaryDirectory, _ name: String) throws -> String {
        String(decoding: try Data(contentsOf: files.file(name)), as: UTF8.self)
    }

    private static func records(_ files: TemporaryDirectory, _ name: String) throws -> [[String: Any]] {
        try text(files, name).split(separator: "\n").map { line in
            var object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            object["seconds"] = nil
            return object
        }
    }

    private static func scores(_ json: [String: Any]) throws -> [String: Double] {
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        let scores = try #require(metrics[0]["scores"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: scores.map { ($0["name"] as? String ?? "", $0["score"] as? Double ?? 0) })
    }

    @Test func `results hold scores and everything that is needed to repeat them`() throws {
        let files = try Self.files()
        let json = try Self.run(files, "--output DIR/out --max-new-tokens 5 --shots 1 --json").json()
        #expect(
            json.keys.sorted() == [
                "confidence", "date", "examples", "machine", "metrics", "new_tokens", "notes", "output",
                "peak_memory_bytes", "prompt_tokens", "resamples", "resumed", "run", "seed", "timings",
            ])
        let results = try #require(
            JSONSerialization.jsonObject(with: try Data(contentsOf: files.file("out/results.json"))) as? [String: Any])
        #expect(results as NSDictionary == json as NSDictionary)
        let run = try #require(json["run"] as? [String: Any])
        #expect(
            shape(run["model"] ?? 0)
                == "{config_hash: text, dtype: text, name: text, tokenizer_hash: text, weights_hash: text}")
        #expect(
            shape(run["prompt"] ?? 0)
                == "{chat: bool, selection: text, shots: number, template: text, template_hash: text}")
        #expect((run["generation"] as? [String: Any])?["max_new_tokens"] as? Int == 5)
        #expect(run["version"] is String && json["date"] is String && run["task"] as? String == "generation")
        // What was written is a file of predictions like any other.
        let judged = try Fledge.run(
            "evaluate", "--metric", "rouge", "--predictions", files.file("out/examples.jsonl").path, "--json")
        #expect(try Self.scores(judged.json()) == Self.scores(json))
        let records = try Self.records(files, "out/examples.jsonl")
        #expect(records.map { $0["index"] as? Int } == Array(0..<12) && records.allSatisfy { $0["shots"] as? Int == 1 })
    }

    @Test func `a run that is over is not done again, and other settings are refused`() throws {
        let files = try Self.files()
        let first = try Self.run(files, "--output DIR/out --max-new-tokens 5")
        #expect(
            first.status == 0 && first.error.isEmpty && first.output.hasPrefix("rouge  stemmer:porter  12 examples\n"))
        let again = try Self.run(files, "--output DIR/out --max-new-tokens 5")
        #expect(again.output.contains("12 examples, 12 of them done before, "))
        let other = try Self.run(files, "--output DIR/out --max-new-tokens 6")
        #expect(other.status == 64)
        #expect(
            other.error.hasPrefix(
                "error: \(files.url.path)/out: holds a run with other settings: generation.max_new_tokens was 5 and is 6; "
                    + "give another directory, or the same settings to go on with it\n"))
    }

    @Test func `two runs are compared, and one that is not finished is not`() throws {
        let files = try Self.files()
        _ = try Self.run(files, "--output DIR/short --max-new-tokens 2")
        _ = try Self.run(files, "--output DIR/long --max-new-tokens 9")
        let (short, long) = (files.file("short").path, files.file("long").path)
        let json = try Fledge.run("evaluate", "--metric", "rouge", "--compare", short, long, "--json").json()
        #expect(json["examples"] as? Int == 12 && json["first"] as? String == short)
        let lines = try Self.text(files, "long/examples.jsonl").split(separator: "\n").dropLast(2)
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: files.file("long/examples.jsonl"))
        let unfinished = try Fledge.run("evaluate", "--metric", "rouge", "--compare", short, long)
        #expect(unfinished.status == 65)
        #expect(
            unfinished.error
                == "error: \(long): the run is not finished: 10 of 12 examples are done; give its command again to go on\n"
        )
        let none = try Fledge.run("evaluate", "--metric", "rouge", "--predictions", files.url.path)
        #expect(none.status == 66)
    }

    @Test func `without a template a column is the prompt, and another the answer`() throws {
        let files = try Self.files()
        let json = try Fledge.run(
            "evaluate", "--model", Fledge.tiny, "--data", files.file("rows.jsonl").path, "--input-field", "dialogue",
            "--reference-field", "summary", "--reference-field", "title", "--metric", "rouge", "--max-new-tokens", "3",
            "--limit", "4", "--output", files.file("out").path, "--keep-prompts", "--resamples", "0", "--json"
        ).json()
        #expect(json["examples"] as? Int == 4)
        let records = try Self.records(files, "out/examples.jsonl")
        #expect(records.map { $0["prompt"] as? String }[0] == "word0")
        #expect(records.map { $0["references"] as? [String] }[3] == ["summary 3 of it", "title 3"])
    }

    @Test func `the columns of the data may be called otherwise`() throws {
        let files = try Self.files()
        let expected = try Self.run(files, "--output DIR/a --max-new-tokens 4 --shots 2 --seed 3 --json").json()
        let text = try Self.text(files, "rows.jsonl").replacing("\"dialogue\"", with: "\"talk\"")
            .replacing("\"summary\"", with: "\"gist\"")
        try Data(text.utf8).write(to: files.file("rows.jsonl"))
        let json = try Self.run(
            files,
            "--output DIR/b --max-new-tokens 4 --shots 2 --seed 3 --input-field talk --reference-field gist --json"
        ).json()
        #expect(try Self.scores(json) == Self.scores(expected))
        #expect(
            try Self.records(files, "a/examples.jsonl") as NSArray == Self.records(files, "b/examples.jsonl") as NSArray
        )
    }

    @Test func `perplexity of answers, given prompts`() throws {
        let files = try Self.files()
        let json = try Fledge.run(
            "evaluate", "--task", "perplexity", "--model", Fledge.tiny, "--data", files.file("rows.jsonl").path,
            "--template", files.file("t.jinja").path, "--output", files.file("out").path, "--json"
        ).json()
        let scores = try Self.scores(json)
        let records = try Self.records(files, "out/examples.jsonl")
        let total = records.reduce(0.0) { $0 + ($1["log_probability"] as? Double ?? .nan) }
        let tokens = records.reduce(0) { $0 + ($1["new_tokens"] as? Int ?? 0) }
        let bytes = records.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) }
        #expect(bytes == (0..<12).reduce(0) { $0 + "summary \($1) of it".utf8.count })
        #expect(abs((scores["nats_per_token"] ?? 0) + total / Double(tokens)) < 1e-9)
        #expect(abs((scores["bits_per_byte"] ?? 0) + total / log(2) / Double(bytes)) < 1e-9)
    }

    @Test(arguments: [
        ("classification", "bert-tiny-classify", #"{"text": "No.", "label": 1}"#, "accuracy"),
        ("ner", "bert-tiny-ner", #"{"tokens": ["Anna", "left"], "tags": ["B-PER", "O"]}"#, "seqeval"),
        (
            "qa", "bert-tiny-answer", #"{"question": "Who left?", "context": "Anna left.", "answers": ["Anna"]}"#,
            "squad"
        ),
    ])
    func `models with heads have their own metrics`(task: String, model: String, row: String, metric: String) throws {
        let files = try TemporaryDirectory(["rows.jsonl": [row, row, row].joined(separator: "\n")])
        let arguments = [
            "evaluate", "--task", task, "--model", Fledge.fixtures.appending(path: "families/\(model)").path, "--data",
            files.file("rows.jsonl").path, "--output", files.file("out").path, "--json",
        ]
        let json = try Fledge.finish(try Fledge.process(arguments)).json()
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        #expect(metrics[0]["metric"] as? String == metric && json["examples"] as? Int == 3)
        let judged = try Fledge.run(
            "evaluate", "--metric", metric, "--predictions", files.file("out").path, "--json")
        #expect(try Self.scores(judged.json()) == Self.scores(json))
    }

    @Test(.timeLimit(.minutes(5)))
    func `a run that is killed twenty times writes what one writes that was not`() throws {
        let files = try Self.files(500)
        let settings = "--do-sample --seed 5 --max-new-tokens 40 --resamples 0 "
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try Self.run(files, settings + "--output DIR/whole").status == 0)
        let microseconds = (clock.now - start) / .microseconds(1)
        let expected = try Self.records(files, "whole/examples.jsonl")
        #expect(expected.count == 500)
        var generator = RandomGenerator(seed: 7, stream: 0)
        var (kills, resumed, runs) = (0, 0, 0)
        while kills < 20, runs < 20 {
            runs += 1
            var isDone = false
            while !isDone {
                let process = try Fledge.process(Self.arguments(files, settings + "--output DIR/run\(runs) --json"))
                let output = Pipe()
                process.standardOutput = output
                process.standardError = FileHandle.nullDevice
                try process.run()
                usleep(UInt32(generator.nextUnit() * 0.9 * microseconds))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                isDone = process.exitStatus == 0
                if isDone {
                    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
                    let json = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
                    resumed += json["resumed"] as? Int ?? 0
                } else {
                    try #require(process.exitStatus == 128 + 9)
                    kills += 1
                }
            }
            #expect(try Self.records(files, "run\(runs)/examples.jsonl") as NSArray == expected as NSArray)
            #expect(try Self.text(files, "run\(runs)/run.json") == Self.text(files, "whole/run.json"))
        }
        #expect(kills >= 20 && resumed > 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `control-c stops a run, and says how it goes on`() throws {
        let files = try Self.files(3000)
        let process = try Fledge.process(Self.arguments(files, "--max-new-tokens 60 --resamples 0 --output DIR/out"))
        let error = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        while !FileManager.default.fileExists(atPath: files.file("out/run.json").path) { usleep(2000) }
        process.interrupt()
        let complaint = String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.exitStatus == 130)
        #expect(complaint == "stopped; the same command goes on from \(files.file("out").path)\n")
    }
}
