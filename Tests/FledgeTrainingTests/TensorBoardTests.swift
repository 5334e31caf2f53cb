import FledgeTraining
import Foundation
import Testing

/// The golden files are made by the tensorboard package (Tools/tensorboard_golden.py).
@Suite struct TensorBoardTests {
    private static let time = 1_767_225_600.25

    @Test func `An event file is what the tensorboard package writes, byte for byte`() throws {
        let directory = try TemporaryDirectory()
        let writer = try TensorBoardWriter(directory: directory.path + "/runs/first", time: Self.time)
        try writer.write(TrainingRecord(step: 0, metrics: ["eval_loss": 10.5]), time: Self.time)
        try writer.write(
            TrainingRecord(step: 1, loss: 9.75, learningRate: 3e-4, gradNorm: 0), time: Self.time + 1)
        try writer.write([("train/loss", .nan), ("train/größe", -1e30)], step: 300, time: Self.time + 300)
        let metrics = (0..<20).map { (tag: "train/metric_\($0)", value: Double($0) / 7) }
        try writer.write(metrics, step: 1 << 40, time: Self.time + 0x1p40)
        try writer.write([], step: 5)
        let expected = try Data(contentsOf: Fixture.ownDirectory.appendingPathComponent("new.tfevents"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: writer.path)) == expected)
        let name = try #require(writer.path.split(separator: "/").last)
        #expect(name.hasPrefix("events.out.tfevents.1767225600.") && name.hasSuffix(".\(getpid()).0"))
    }

    @Test func `A run that goes on says from which step`() throws {
        let directory = try TemporaryDirectory()
        let first = try TensorBoardWriter(directory: directory.path, time: Self.time)
        let writer = try TensorBoardWriter(directory: directory.path, resumingAfter: 200, time: Self.time)
        #expect(writer.path == first.path.dropLast() + "1")
        try writer.write(TrainingRecord(step: 201, loss: 2.5), time: Self.time + 201)
        let expected = try Data(contentsOf: Fixture.ownDirectory.appendingPathComponent("resumed.tfevents"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: writer.path)) == expected)
    }

    @Test func `A directory that cannot be made is an error`() {
        #expect(
            message { _ = try TensorBoardWriter(directory: "/dev/null/runs") }
                == "/dev/null/runs: the log cannot be kept: Not a directory; check the folder and the free space")
    }
}
