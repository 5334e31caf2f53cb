import FledgeTraining
import Foundation
import Testing

@Suite struct TrainingLogTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    }

    @Test func `A step is one line, which is in the file at once`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/log.jsonl"
        let log = try TrainingLog(path: path)
        try log.write(
            TrainingRecord(
                step: 20, epoch: 0.5, loss: 2.25, learningRate: 0.0003, gradNorm: 1.0 / 3, tokensPerSecond: 5120))
        #expect(
            try text(path) == """
                {"step":20,"epoch":0.5,"loss":2.25,"learning_rate":0.0003,"grad_norm":0.3333333333333333,\
                "tokens_per_second":5120}

                """)
        let bad = TrainingRecord(
            step: 21, loss: .nan, gradNorm: -.infinity, metrics: ["eval_loss": 3, "a\"\n": 1, "b": 2])
        try log.write(bad)
        let last = try #require(try text(path).split(separator: "\n").last)
        #expect(last == #"{"step":21,"loss":null,"grad_norm":null,"a\"\u000a":1,"b":2,"eval_loss":3}"#)
        let read = try TrainingLog.read(path)
        #expect(read.count == 2 && read.first?.gradNorm == 1.0 / 3 && read.last?.metrics == bad.metrics)
        #expect(read.last?.loss?.isNaN == true)
    }

    @Test func `A run that goes on drops the lines that it will write again, and a line cut short`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/log.jsonl"
        do {
            let log = try TrainingLog(path: path)
            #expect(log.kept.isEmpty)
            for step in 0...6 { try log.write(TrainingRecord(step: step, loss: Double(10 - step))) }
        }
        let whole = try text(path)
        try (whole + #"{"step":7,"lo"#).write(toFile: path, atomically: false, encoding: .utf8)
        do {
            let log = try TrainingLog(path: path, resumingAfter: 4)
            #expect(log.kept.map(\.step) == [0, 1, 2, 3, 4])
            try log.write(TrainingRecord(step: 5, loss: 1))
        }
        #expect(try TrainingLog.read(path).map(\.loss) == [10, 9, 8, 7, 6, 1])
        try (text(path) + #"{"step":6,"lo"#).write(toFile: path, atomically: false, encoding: .utf8)
        do {
            let log = try TrainingLog(path: path, resumingAfter: 100)
            try log.write(TrainingRecord(step: 6))
        }
        #expect(try TrainingLog.read(path).map(\.step) == [0, 1, 2, 3, 4, 5, 6])
        #expect(try TrainingLog(path: path, resumingAfter: 0).kept.map(\.step) == [0])
        _ = try TrainingLog(path: path)
        #expect(try text(path).isEmpty)
    }

    @Test func `Lines that are no records are left where they are`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/log.jsonl"
        let lines = "{\"step\":1}\nnonsense\n[1]\n{\"step\":\"x\"}\n\u{0}\u{0}\n{\"step\":2}\n"
        try lines.write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try TrainingLog(path: path, resumingAfter: 2).kept.map(\.step) == [1, 2])
        #expect(try text(path) == lines)
    }

    @Test func `A log in a folder that is not there is an error`() throws {
        let directory = try TemporaryDirectory()
        #expect(
            message { _ = try TrainingLog(path: directory.path + "/no/log.jsonl") }
                == directory.path
                + "/no/log.jsonl: the log cannot be kept: No such file or directory; check the folder and the free space"
        )
    }
}
