import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// A toy run that uses everything a trainer does: parameters are drawn towards random points.
private struct ToyRun {
    let parameters = Parameters(["layer.weight": [6, 40], "layer.bias": [40]])
    let groups = ParameterGroups.decayingAllButNormsAndBiases(0.05)
    let schedule: LearningRateSchedule
    let store: CheckpointStore
    let log: TrainingLog
    var optimizer: any Optimizer
    var state = TrainerState()
    var generator = RandomGenerator(seed: 11)

    /// Begins a run in the directory, or goes on from its newest checkpoint.
    init(_ path: String, _ settings: OptimizerSettings) throws {
        schedule = try LearningRateSchedule(.cosine, learningRate: 0.05, warmupSteps: 3, totalSteps: 20)
        store = CheckpointStore(path: path)
        optimizer = try settings.makeOptimizer(engine: Engine(threads: 2))
        let checkpoint = try store.latestValid()
        log = try TrainingLog(path: path + "/log.jsonl", resumingAfter: checkpoint?.step)
        guard let checkpoint else { return }
        state = checkpoint.state
        let model = try checkpoint.model()
        for name in parameters.names { parameters.set([name: try model.tensor(name).scalars]) }
        if let moments = try checkpoint.optimizer() { try optimizer.restore(moments, shapes: parameters.shapes) }
        generator = state.generators["targets"]?.generator ?? generator
    }

    mutating func step() throws {
        var loss = 0.0
        for name in parameters.names {
            let gradient = parameters.scalars(name).map { $0 - Float(generator.nextUnit()) }
            loss += gradient.reduce(0) { $0 + Double($1 * $1) }
            parameters.setGradients([name: gradient])
        }
        var updates = parameters.updates()
        for index in updates.indices {
            updates[index].settings = groups.settings(name: updates[index].name, shape: updates[index].shape)
        }
        let norm = GradientNorm.norm(of: updates)
        let rate = schedule.learningRate(at: state.step)
        optimizer.step(
            updates, learningRate: Float(rate), gradientScale: GradientNorm.scale(norm: norm, maximum: 1))
        state.step += 1
        let record = TrainingRecord(
            step: state.step, loss: loss, learningRate: rate, gradNorm: Double(norm))
        state.append(record)
        try log.write(record)
    }

    mutating func save() throws {
        state.generators = ["targets": SavedGenerator(generator)]
        var model: [String: Tensor] = [:]
        for (name, shape) in parameters.shapes { model[name] = Tensor(parameters.scalars(name), shape: shape) }
        try store.save(CheckpointContents(model: model, optimizer: optimizer.state, state: state), limit: 2)
    }

    var values: [Float] { parameters.names.flatMap { parameters.scalars($0) } }
}

@Suite struct ResumeTests {
    @Test(arguments: [
        OptimizerSettings.adamW(.init()), .sgd(.init(momentum: 0.9)), .adafactor(.init(beta1: 0.9)),
    ])
    func `A run that is stopped twice ends bit for bit like one that is not, and so does its log`(
        settings: OptimizerSettings
    ) throws {
        let (one, other) = (try TemporaryDirectory(), try TemporaryDirectory())
        for directory in [one, other] {
            var run = try ToyRun(directory.path, settings)
            try run.save()
        }
        var whole = try ToyRun(one.path, settings)
        for _ in 0..<20 { try whole.step() }
        // Steps after a save are lost and taken again.
        for (steps, saved) in [(6, 4), (9, 8)] {
            var part = try ToyRun(other.path, settings)
            for step in 1...steps {
                try part.step()
                if step == saved { try part.save() }
            }
        }
        var rest = try ToyRun(other.path, settings)
        #expect(rest.state.step == 12)
        while rest.state.step < 20 { try rest.step() }
        #expect(identical(rest.values, whole.values))
        #expect(rest.state.history == whole.state.history)
        let logs = try [one, other].map { try Data(contentsOf: URL(fileURLWithPath: $0.path + "/log.jsonl")) }
        #expect(logs[0] == logs[1])
        #expect(try rest.store.steps() == [4, 12])
    }
}
