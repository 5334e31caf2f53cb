import Foundation
import Testing

/// A tiny model that is not trained yet, data for it, and runs over them.
struct TrainingFiles {
    let directory: TemporaryDirectory

    static let config =
        #"{"model_type": "gpt2", "vocab_size": 64, "n_layer": 2, "n_embd": 32, "n_head": 4, "n_positions": 32}"#

    /// One record a line: ids that count up by 3 from one start or another.
    static let lines = (0..<40).map { line in
        let ids = (0..<(4 + line * 7 % 17)).map { String((line * 5 + $0 * 3) % 64) }
        return "{\"input_ids\": [\(ids.joined(separator: ", "))]}"
    }

    init() throws {
        directory = try TemporaryDirectory([
            "config.json": Self.config, "ids.jsonl": Self.lines.joined(separator: "\n") + "\n",
        ])
    }

    func path(_ name: String) -> String { directory.file(name).path }

    /// A process of `pretrain` with the arguments, in which `DIR` stands for the directory.
    func process(_ arguments: String) throws -> Process {
        let filled = arguments.replacingOccurrences(of: "DIR", with: directory.url.path)
        return try Fledge.process(["pretrain"] + filled.split(separator: " ").map(String.init))
    }

    func run(_ arguments: String) throws -> Fledge.Result { try Fledge.finish(try process(arguments)) }

    /// The same under a shell's limits.
    func run(_ arguments: String, limits: String) throws -> Fledge.Result {
        let process = try process(arguments)
        let binary = try #require(process.executableURL?.path)
        process.arguments = ["-c", "\(limits); exec \"$@\"", "sh", binary] + (process.arguments ?? [])
        process.executableURL = URL(filePath: "/bin/sh")
        return try Fledge.finish(process)
    }

    /// The log without what clocks say: one text for every step and every evaluation.
    func curve(_ name: String) throws -> [String] {
        try String(contentsOf: directory.file(name), encoding: .utf8).split(separator: "\n").map { line in
            let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let names = ["step", "loss", "grad_norm", "learning_rate", "eval_loss"]
            return names.map { "\($0) \(record[$0].map { "\($0)" } ?? "none")" }.joined(separator: ", ")
        }
    }

    /// The names in a directory that do not begin with a full stop, in order.
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).filter { !$0.hasPrefix(".") }.sorted()
    }

    func data(_ name: String) throws -> Data { try Data(contentsOf: directory.file(name)) }
}

extension Fledge.Result {
    /// What was said, without the lines of steps.
    var complaint: String {
        error.split(separator: "\n").filter { !$0.hasPrefix("step ") }.joined(separator: "\n")
    }
}
