import Foundation
import Testing

struct LabTests {
    private static let lines = (0..<12).map { number in
        let talk = (0...(number % 5)).map { "A: Did you see number \($0)?" }.joined(separator: "\\n")
        return #"{"dialogue": "\#(talk)", "summary": "A asks about number \#(number)."}"#
    }

    private func arguments(_ directory: TemporaryDirectory, _ more: [String] = []) -> [String] {
        [
            "lab", "--model", Fledge.tiny, "--data", directory.file("d.jsonl").path, "--shots", "0,1",
            "--max-new-tokens", "8", "--temperature", "1", "--output", directory.file("lab").path,
        ] + more
    }

    private func run(_ arguments: [String]) throws -> Fledge.Result {
        try Fledge.finish(try Fledge.process(arguments))
    }

    /// A report's lines without its times.
    private func timeless(_ url: URL) throws -> [String] {
        try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
            .filter { !$0.contains("\"seconds\"") && !$0.contains("\"tokens_per_second\"") }
    }

    @Test func `JSON is the report of the folder, and people get a table and where the page is`() throws {
        let directory = try TemporaryDirectory(["d.jsonl": Self.lines.joined(separator: "\n")])
        let json = try run(arguments(directory, ["--json"])).json()
        #expect(json["examples"] as? Int == 12)
        let settings = try #require(json["settings"] as? [[String: Any]])
        #expect(
            settings.map { $0["label"] as? String } == ["0 shots, greedy", "1 shot, greedy", "0 shots, temperature 1"])
        let file = try Data(contentsOf: directory.file("lab/lab.json"))
        #expect(try JSONSerialization.jsonObject(with: file) as? NSDictionary == json as NSDictionary)
        let text = try run(arguments(directory))
        #expect(text.status == 0 && text.error.isEmpty)
        #expect(text.output.hasPrefix("Next step\n  Measure more first: 12 examples decide little. Take 30 or more.\n"))
        let lab = directory.file("lab").path
        #expect(text.output.hasSuffix("\nThe page is \(lab)/report.html, all numbers are in \(lab)/lab.json.\n"))
        #expect(text.output.components(separatedBy: "\n").dropLast(2).allSatisfy { $0.count <= 100 })
    }

    @Test func `A lab that is killed again and again ends with the same report`() throws {
        let directory = try TemporaryDirectory(["d.jsonl": Self.lines.joined(separator: "\n")])
        #expect(try run(arguments(directory)).status == 0)
        let wanted = try timeless(directory.file("lab/lab.json"))
        try FileManager.default.removeItem(at: directory.file("lab"))
        var kills = 0
        for attempt in 0..<40 {
            let process = try Fledge.process(arguments(directory))
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(5_000 + attempt * 4_000))
            if process.isRunning { kills += kill(process.processIdentifier, SIGKILL) == 0 ? 1 : 0 }
            process.waitUntilExit()
            if process.exitStatus == 0 { break }
        }
        #expect(kills > 0)
        #expect(try run(arguments(directory)).status == 0)
        #expect(try timeless(directory.file("lab/lab.json")) == wanted)
    }
}
