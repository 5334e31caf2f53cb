import FledgeTensor
import FledgeTraining
import Foundation
import Testing

@Suite struct CheckpointErrorTests {
    private func saved(_ step: Int = 1) throws -> (TemporaryDirectory, CheckpointStore) {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        try store.save(SmallCheckpoint.contents(step: step))
        return (directory, store)
    }

    /// What opening the checkpoint complains of after a change to one of its files.
    private func complaint(_ name: String, _ change: (inout Data) -> Void) throws -> String {
        let (directory, store) = try saved()
        let path = store.path(ofStep: 1)
        let file = URL(fileURLWithPath: path + "/" + name)
        var data = try Data(contentsOf: file)
        change(&data)
        try data.write(to: file)
        return message { _ = try store.checkpoint(step: 1) }
            .replacingOccurrences(of: directory.path + "/", with: "")
    }

    private static let advice = "; go on from another checkpoint"

    @Test func `A flipped bit anywhere is found, and the file is named`() throws {
        let (directory, store) = try saved()
        let path = store.path(ofStep: 1)
        var noise = Noise(9)
        for name in try SmallCheckpoint.names(path) where name != "manifest.json" {
            let file = URL(fileURLWithPath: path + "/" + name)
            let original = try Data(contentsOf: file)
            for _ in 0..<40 {
                var data = original
                let at = min(data.count - 1, Int(abs(noise.floats(1)[0]) * Float(data.count)))
                data[at] ^= 1 << (at % 8)
                try data.write(to: file)
                let text = message { _ = try store.checkpoint(step: 1) }
                    .replacingOccurrences(of: directory.path + "/", with: "")
                #expect(text.hasPrefix("checkpoint-1/\(name): is damaged: its checksum is "))
                #expect(text.hasSuffix(" when it was written" + Self.advice))
            }
            try original.write(to: file)
        }
        #expect(try store.checkpoint(step: 1).step == 1)
    }

    @Test func `A file that is short or missing, and a manifest that is wrong`() throws {
        #expect(
            try complaint("model.safetensors") { $0.removeLast() }
                .hasPrefix("checkpoint-1/model.safetensors: is damaged: it has 12"))
        let manifest = "checkpoint-1/manifest.json: is damaged: "
        func edited(_ text: String, _ with: String) throws -> String {
            try complaint("manifest.json") {
                $0 = Data(String(decoding: $0, as: UTF8.self).replacingOccurrences(of: text, with: with).utf8)
            }
        }
        #expect(
            try edited("config.json", "konfig.json")
                == "checkpoint-1/konfig.json: is damaged: it is missing" + Self.advice)
        #expect(try edited("config.json", "../config.json") == manifest + "it names “../config.json”" + Self.advice)
        #expect(
            try edited("fledge-checkpoint", "x") == manifest + "it is “x” of version 1, not fledge-checkpoint 1"
                + Self.advice)
        #expect(
            try edited("\"model.", "\"n.") == manifest + "it lacks model.safetensors or trainer_state.json"
                + Self.advice)
        #expect(
            try edited("\"step\" : 1", "\"step\" : 2")
                == "checkpoint-1/trainer_state.json: is damaged: it is of step 1, and the manifest of step 2"
                + Self.advice)
        #expect(try edited("\"step\" : 1", "\"stop\" : 1") == manifest + "“step” is missing" + Self.advice)
        #expect(try complaint("manifest.json") { $0 = Data() }.hasPrefix(manifest))
        #expect(
            try complaint("manifest.json") { $0 = Data(repeating: 0x5b, count: 200_000) }.hasPrefix(manifest))
    }

    @Test func `The newest whole checkpoint is taken, and each damaged one is reported`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        for step in [1, 2, 3, 4] { try store.save(SmallCheckpoint.contents(step: step)) }
        try FileManager.default.removeItem(atPath: store.path(ofStep: 4) + "/manifest.json")
        let file = URL(fileURLWithPath: store.path(ofStep: 3) + "/optimizer.safetensors")
        var data = try Data(contentsOf: file)
        data[200] ^= 4
        try data.write(to: file)
        var reports: [String] = []
        let found = try store.latestValid { reports.append($0.replacingOccurrences(of: store.path + "/", with: "")) }
        #expect(found?.step == 2)
        #expect(reports.count == 2)
        #expect(reports.first == "checkpoint-4: is damaged: it has no manifest.json" + Self.advice)
        #expect(reports.last?.hasPrefix("checkpoint-3/optimizer.safetensors: is damaged: its checksum is ") == true)
    }

    @Test func `Names that are taken or lead elsewhere are errors`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        for name in ["model.safetensors", "manifest.json", "../x", "", "..", "a\0b"] {
            var contents = SmallCheckpoint.contents(step: 1)
            contents.writtenFiles = [name: [1]]
            #expect(throws: CheckpointError.badName(name)) { try store.save(contents) }
        }
        var contents = SmallCheckpoint.contents(step: 1)
        contents.state.step = -1
        #expect(throws: CheckpointError.badName("checkpoint--1")) { try store.save(contents) }
        contents.state.step = 1
        contents.copiedFiles = [directory.path + "/nothing"]
        #expect(
            message { try store.save(contents) } == directory.path
                + "/nothing: cannot be read: No such file or directory")
        #expect(try SmallCheckpoint.names(directory.path) == [".checkpoints.lock"])
        #expect(
            message { _ = try store.checkpoint(step: 6) } == directory.path + "/checkpoint-6: no such checkpoint")
    }

    @Test func `A file in the directory's place is an error`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/file"
        try Data([1]).write(to: URL(fileURLWithPath: file))
        #expect(
            message { try CheckpointStore(path: file).save(SmallCheckpoint.contents(step: 1)) }
                == "\(file): cannot be written: File exists; check the folder and its permissions")
        #expect(
            message { _ = try CheckpointStore(path: file).latestValid() }
                == "\(file): cannot be read: it is not a folder that may be listed")
    }

    @Test func `NaN in the state is an error, and nothing is left behind`() throws {
        let (directory, store) = try saved()
        var contents = SmallCheckpoint.contents(step: 2)
        contents.state.epoch = .nan
        #expect(
            message { try store.save(contents) }
                == store.path
                + "/.checkpoint-2.partial/trainer_state.json: cannot be written: a number in it is NaN or "
                + "infinite; check the folder and its permissions")
        #expect(try SmallCheckpoint.names(directory.path) == [".checkpoints.lock", "checkpoint-1"])
    }
}
