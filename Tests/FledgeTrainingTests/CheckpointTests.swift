import FledgeTensor
import FledgeTraining
import Foundation
import Testing

@Suite struct CheckpointTests {
    @Test func `A checkpoint gives back what was saved`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path + "/run/out")
        var contents = SmallCheckpoint.contents(step: 12)
        let tokenizer = directory.path + "/tokenizer.json"
        try Data(#"{"version":"1.0"}"#.utf8).write(to: URL(fileURLWithPath: tokenizer))
        contents.copiedFiles = [tokenizer]
        let path = try store.save(contents)
        #expect(path == store.path + "/checkpoint-12")
        #expect(
            try SmallCheckpoint.names(path) == [
                "config.json", "manifest.json", "model.safetensors", "optimizer.safetensors", "tokenizer.json",
                "trainer_state.json",
            ])
        let checkpoint = try #require(try store.latestValid())
        #expect(checkpoint.state == contents.state)
        #expect(checkpoint.files.count == 5)
        let model = try checkpoint.model()
        #expect(model.names == ["a.weight", "b"])
        #expect(identical(try model.tensor("a.weight").scalars, contents.model["a.weight"]?.scalars ?? []))
        let optimizer = try #require(try checkpoint.optimizer())
        #expect(optimizer.kind == "adamw")
        #expect(optimizer.tensors["a.weight.step"]?.integers == [12])
        #expect(optimizer.tensors["a.weight.exp_avg"]?.shape == [10, 300])
        let expected = contents.optimizer?.tensors["a.weight.exp_avg"]?.contiguous().scalars ?? []
        #expect(identical(optimizer.tensors["a.weight.exp_avg"]?.scalars ?? [], expected))
        let copied = try Data(contentsOf: URL(fileURLWithPath: path + "/tokenizer.json"))
        #expect(String(decoding: copied, as: UTF8.self) == #"{"version":"1.0"}"#)
        var generator = RandomGenerator(seed: 7, stream: 3)
        for _ in 0..<12 { _ = generator.next() }
        var restored = try #require(checkpoint.state.generators["dropout"]?.generator)
        #expect(restored.next() == generator.next())
    }

    @Test func `The state's file has transformers' names`() throws {
        let directory = try TemporaryDirectory()
        var contents = SmallCheckpoint.contents(step: 3)
        contents.optimizer = nil
        let path = try CheckpointStore(path: directory.path).save(contents)
        let text = try String(contentsOf: URL(fileURLWithPath: path + "/trainer_state.json"), encoding: .utf8)
        #expect(
            text == """
                {
                  "best_global_step" : 2,
                  "best_metric" : 1.5,
                  "data_position" : {
                    "file" : 3,
                    "seen" : [
                      0.5,
                      null
                    ],
                    "shuffled" : true
                  },
                  "epoch" : 0.375,
                  "global_step" : 3,
                  "log_history" : [
                    {
                      "eval_loss" : 2.5,
                      "loss" : 2.25,
                      "step" : 3
                    }
                  ],
                  "random_state" : {
                    "dropout" : {
                      "drawn" : 3,
                      "seed" : 7,
                      "stream" : 3
                    }
                  }
                }

                """)
        #expect(try CheckpointStore(path: directory.path).checkpoint(step: 3).optimizer() == nil)
    }

    @Test func `Old checkpoints go, the best one stays`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        for step in [10, 20, 30, 40] { try store.save(SmallCheckpoint.contents(step: step), limit: 3, best: 10) }
        #expect(try store.steps() == [10, 30, 40])
        try store.save(SmallCheckpoint.contents(step: 50), limit: 1, best: 30)
        #expect(try store.steps() == [30, 50])
        try store.save(SmallCheckpoint.contents(step: 60), limit: 1, best: nil)
        #expect(try store.steps() == [60])
        try store.save(SmallCheckpoint.contents(step: 7), limit: 0, best: 7)
        #expect(try store.steps() == [7])
        #expect(try SmallCheckpoint.names(store.path) == [".checkpoints.lock", "checkpoint-7"])
    }

    @Test func `Checkpoints with missing files do not count, and are left alone`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        for step in [1, 2] { try store.save(SmallCheckpoint.contents(step: step)) }
        try FileManager.default.removeItem(atPath: store.path(ofStep: 2) + "/model.safetensors")
        try store.save(SmallCheckpoint.contents(step: 3), limit: 2)
        #expect(try store.steps() == [1, 2, 3])
    }

    @Test func `The same step can be saved again`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        try store.save(SmallCheckpoint.contents(step: 5))
        var contents = SmallCheckpoint.contents(step: 5)
        contents.state.epoch = 99
        try store.save(contents)
        #expect(try store.checkpoint(step: 5).state.epoch == 99)
        #expect(try SmallCheckpoint.names(store.path) == [".checkpoints.lock", "checkpoint-5"])
    }

    @Test func `What killed saves left behind goes with the next one, and what they were replacing comes back`() throws
    {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        try store.save(SmallCheckpoint.contents(step: 1))
        let manager = FileManager.default
        for name in [".checkpoint-2.partial", ".checkpoint-1.replaced", ".checkpoint-0.removed"] {
            try manager.createDirectory(atPath: store.path + "/" + name + "/inner", withIntermediateDirectories: true)
        }
        try manager.moveItem(atPath: store.path(ofStep: 1), toPath: store.path + "/.checkpoint-9.replaced")
        try manager.createDirectory(atPath: store.path + "/.mine", withIntermediateDirectories: true)
        try store.save(SmallCheckpoint.contents(step: 3))
        #expect(
            try SmallCheckpoint.names(store.path) == [
                ".checkpoints.lock", ".mine", "checkpoint-1", "checkpoint-3", "checkpoint-9",
            ])
    }

    @Test func `A checkpoint whose replacement was cut short is found under its hidden name`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        try store.save(SmallCheckpoint.contents(step: 4))
        try FileManager.default.moveItem(atPath: store.path(ofStep: 4), toPath: store.path + "/.checkpoint-4.replaced")
        #expect(try store.steps() == [4])
        #expect(try store.latestValid()?.state.step == 4)
        #expect(try store.checkpoint(step: 4).state.step == 4)
    }

    @Test func `A directory without checkpoints has none`() throws {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path)
        for name in [
            "checkpoint-", "checkpoint--1", "checkpoint-01", "checkpoint-1x", "checkpoint-99999999999999999999",
        ] {
            try FileManager.default.createDirectory(
                atPath: store.path + "/" + name, withIntermediateDirectories: true)
        }
        #expect(try store.steps().isEmpty)
        #expect(try store.latestValid() == nil)
        #expect(try CheckpointStore(path: directory.path + "/nowhere").latestValid() == nil)
    }

    @Test func `The best metric is noted with its step`() {
        var state = TrainerState(step: 1)
        var isBetter = [.nan, .infinity, 2].map { state.note(metric: $0, greaterIsBetter: false) }
        #expect(isBetter == [false, false, true])
        state.step = 2
        isBetter = [state.note(metric: 2, greaterIsBetter: false), state.note(metric: 3, greaterIsBetter: true)]
        #expect(isBetter == [false, true])
        #expect(state.bestMetric == 3 && state.bestStep == 2)
        for step in 0..<1005 { state.append(TrainingRecord(step: step)) }
        #expect(state.history.count == 1000 && state.history.first?.step == 5)
    }
}
