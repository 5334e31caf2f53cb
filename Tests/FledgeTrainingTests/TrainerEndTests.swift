import FledgeData
import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// How runs are measured, end, and are gone on with.
@Suite struct TrainerEndTests {
    private func weights(_ checkpoint: TrainingCheckpoint) throws -> [String: [Float]] {
        let model = try checkpoint.model()
        return Dictionary(uniqueKeysWithValues: try model.names.map { ($0, try model.tensor($0).scalars) })
    }

    @Test func `A run ends with the weights that were the best when they were measured`() throws {
        let (folder, output) = (try TemporaryDirectory(), try TemporaryDirectory())
        let data = try TrainerTests.data(folder)
        let store = CheckpointStore(path: output.path)
        var options = TrainerTests.options(steps: 40)
        // A rate at which it soon gets worse again.
        options.learningRate = 0.2
        options.schedule = .constantWithWarmup
        options.warmupSteps = 10
        options.evalSteps = 2
        options.saveSteps = 50
        options.earlyStoppingPatience = 3
        let trainer = try Trainer(
            model: TrainerTests.model(), data: data, evaluation: data, options: options, checkpoints: store)
        var measured: [Int: Double] = [:]
        try trainer.run { if let loss = $0.metrics["eval_loss"] { measured[$0.step] = loss } }
        let best = try #require(trainer.best)
        #expect(measured.min { $0.value < $1.value }?.key == best.step && best.step < trainer.step)
        #expect(try trainer.evaluate().metrics["eval_loss"] == best.metric)
        #expect(try trainer.model.weights.mapValues(\.scalars) == weights(store.checkpoint(step: best.step)))
    }

    @Test func `A run can end with the mean of its last checkpoints`() throws {
        let (folder, output) = (try TemporaryDirectory(), try TemporaryDirectory())
        let store = CheckpointStore(path: output.path)
        var options = TrainerTests.options(steps: 6)
        options.saveSteps = 2
        options.averagedCheckpoints = 3
        let trainer = try Trainer(
            model: TrainerTests.model(), data: TrainerTests.data(folder), options: options, checkpoints: store)
        try trainer.run { _ in }
        let saved = try [2, 4, 6].map { try weights(store.checkpoint(step: $0)) }
        for (name, values) in trainer.model.weights.mapValues(\.scalars) {
            let all = try saved.map { try #require($0[name]) }
            let mean = values.indices.map { (all[0][$0] + all[1][$0] + all[2][$0]) / 3 }
            #expect(zip(values, mean).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }, "\(name)")
        }
        options.averagedCheckpoints = 9
        let again = try Trainer(
            model: TrainerTests.model(), data: TrainerTests.data(folder), options: options, checkpoints: store)
        try again.resume(from: try store.checkpoint(step: 6))
        #expect(
            message { try again.run { _ in } }
                == "average_checkpoints must be 3 at most: there are no more checkpoints")
    }

    @Test func `Going on with other data, another seed or other batches is an error that says which`() throws {
        let (folder, output) = (try TemporaryDirectory(), try TemporaryDirectory())
        let store = CheckpointStore(path: output.path)
        let data = try TrainerTests.data(folder)
        func trainer(seed: Int, bytes: String, size: Int = 4) throws -> Trainer {
            let file = try TemporaryFile(bytes)
            var fingerprint = RunFingerprint(["the seed": "\(seed)"])
            try fingerprint.note("the data", files: [file.path])
            fingerprint.note(BatchOptions(size: .examples(size)), accumulation: 2)
            return try Trainer(
                model: TrainerTests.model(), data: data, options: TrainerTests.options(steps: 4), checkpoints: store,
                fingerprint: fingerprint)
        }
        try trainer(seed: 1, bytes: "abc").run { _ in }
        let checkpoint = try #require(try store.latestValid())
        try trainer(seed: 1, bytes: "abc").resume(from: checkpoint)
        let other = try trainer(seed: 2, bytes: "abcd", size: 5)
        #expect(
            message { try other.resume(from: checkpoint) }
                == "\(output.path)/checkpoint-4: is a checkpoint of another run: the batch size was 4 examples, and is 5 "
                + "examples now; the data was 3 bytes with the hash 44bc2cf5ad770999, and is 4 bytes with the hash "
                + "de0327b0d25d92cc now; the seed was 1, and is 2 now; give what it was, choose another folder, or go on "
                + "anyway (--resume-anyway), from the beginning of the data")
        try other.resume(from: checkpoint, anyway: true)
        #expect(other.step == 4)
    }

    @Test func `After numbers that are not finite a run goes on from the last good checkpoint`() throws {
        let (folder, output) = (try TemporaryDirectory(), try TemporaryDirectory())
        let store = CheckpointStore(path: output.path)
        var options = TrainerTests.options(steps: 4)
        options.saveSteps = 1
        options.dropout = 0
        options.maxGradNorm = nil
        let data = try TrainerTests.data(folder)
        try Trainer(model: TrainerTests.model(), data: data, options: options, checkpoints: store).run { _ in }
        options.maxSteps = 20
        options.learningRate = 1e30
        let bad = try Trainer(model: TrainerTests.model(), data: data, options: options, checkpoints: store)
        try bad.resume(from: try #require(try store.latestValid()))
        let text = message { try bad.run { _ in } }
        #expect(text.contains("; the last good checkpoint is \(output.path)/checkpoint-"), "\(text)")
        var reports: [String] = []
        let good = try #require(try store.latestValid { reports.append($0) })
        #expect(text.contains("\(good.path), from which --resume goes on"))
        let end = "its weights have given numbers that are not finite; it is passed over"
        #expect(!reports.isEmpty && reports.allSatisfy { $0.hasSuffix(end) })
        options.learningRate = 1e-4
        let again = try Trainer(model: TrainerTests.model(), data: data, options: options, checkpoints: store)
        try again.resume(from: good)
        try again.run { _ in }
        #expect(try store.latestValid { Issue.record("\($0)") }?.step == 20)
    }

    @Test func `Time decides on checkpoints where steps do not`() throws {
        let (folder, output) = (try TemporaryDirectory(), try TemporaryDirectory())
        let store = CheckpointStore(path: output.path)
        var options = TrainerTests.options(steps: 5)
        (options.saveSteps, options.saveSeconds, options.saveTotalLimit) = (nil, 1e-9, 2)
        try Trainer(
            model: TrainerTests.model(), data: TrainerTests.data(folder), options: options, checkpoints: store
        ).run { _ in }
        #expect(try store.steps() == [4, 5])
    }

    @Test func `Classifiers are measured by the share of right classes`() throws {
        let item = try #require(ProblemTests.cases.first { $0.name == "smoothed classes" })
        let model = try item.model()
        let ids = [[5, 9, 11], [8, 7], [30, 31, 32, 33], [12]]
        let classes = try #require(model.limits.classCount)
        let found = try ids.map { row in
            try (0..<classes).min { a, b in
                func loss(_ label: Int) throws -> Float {
                    let example = TrainingExample(inputIDs: row, labels: .category(label))
                    return try model.loss(TrainingBatch(examples: [example]), factor: 1).scalars[0]
                }
                return try loss(a) < loss(b)
            } ?? 0
        }
        // Three of four as the model has them.
        let labels = [found[0], found[1], found[2], (found[3] + 1) % classes]
        let lines = zip(ids, labels).map { "{\"input_ids\": \($0), \"label\": \($1)}" }
        let file = try TemporaryFile(lines.joined(separator: "\n"))
        let data = try TrainingData(
            DataSet(path: file.path),
            objective: PretokenizedExamples(vocabularySize: 64, kind: .category(count: classes)),
            options: BatchOptions(size: .examples(3)))
        var options = TrainingOptions()
        options.metricForBestModel = .accuracy
        let trainer = try Trainer(model: model, data: data, evaluation: data, options: options)
        let metrics = try withExtendedLifetime(file) { try trainer.evaluate().metrics }
        #expect(metrics["eval_accuracy"] == 0.75)
        #expect(trainer.best?.metric == 0.75)
    }

    @Test func `Examples without labels are counted, and a run of nothing else is an error`() throws {
        let rows = (0..<40).map {
            "{\"input_ids\": [3, 4, 5, 6], \"labels\": [-100, -100, -100, \($0 % 4 == 0 ? "6" : "-100")]}"
        }
        func trainer(_ lines: [String]) throws -> (trainer: Trainer, file: TemporaryFile) {
            let file = try TemporaryFile(lines.joined(separator: "\n"))
            let data = try TrainingData(
                DataSet(path: file.path), objective: PretokenizedExamples(vocabularySize: 64),
                options: BatchOptions(size: .examples(1), shuffles: false))
            return (try Trainer(model: TrainerTests.model(), data: data, options: TrainingOptions()), file)
        }
        let (some, file) = try trainer(rows)
        try withExtendedLifetime(file) { try some.run { _ in } }
        #expect(some.step == 40 && some.unlabelledExamples == 30)
        let none = rows.filter { !$0.contains("6]}") }
        for (lines, steps) in [(none, 20), (Array(none.prefix(5)), 5)] {
            #expect(
                message {
                    let (none, file) = try trainer(lines)
                    try withExtendedLifetime(file) { try none.run { _ in } }
                }
                    == "not one example of the first \(steps) steps has a label: nothing can be learned; check the labels "
                    + "(-100 stands for none), and that cutting texts to a length leaves some")
        }
    }

    @Test func `What the model cannot take names its file and line`() throws {
        let model = try TrainerTests.model()
        let length = try #require(model.limits.length)
        func complaint(_ line: String, _ kind: PretokenizedExamples.Kind, _ limits: ExampleLimits) throws -> String {
            let file = try TemporaryFile("{\"input_ids\": [1], \"labels\": [1]}\n" + line)
            let data = try TrainingData(
                DataSet(path: file.path), objective: PretokenizedExamples(vocabularySize: .max, kind: kind),
                options: BatchOptions(size: .examples(4), shuffles: false), limits: limits)
            return message { _ = try data.batchCount() }.replacingOccurrences(of: file.path, with: "FILE")
        }
        let long = "{\"input_ids\": [\((0...length).map { _ in "1" }.joined(separator: ","))]}"
        #expect(
            try complaint(long, .tokens, model.limits)
                == "FILE: line 2: the text has \(length + 1) tokens, and the model has positions for \(length). Shorten it, or "
                + "have it cut (--max-length \(length)).")
        #expect(
            try complaint("{\"input_ids\": [1, 99]}", .tokens, model.limits)
                == "FILE: line 2: the token id 99 is outside the model's vocabulary of 64. Use the tokenizer that the model "
                + "was made for.")
        var classes = model.limits
        classes.classCount = 3
        #expect(
            try complaint("{\"input_ids\": [1, 2], \"labels\": [-100, 3]}", .tokenClasses(count: .max), classes)
                == "FILE: line 2: the label 3 is none of the model's 3 classes. Use labels from 0 to 2, or -100 for places "
                + "that do not count.")
    }
}
