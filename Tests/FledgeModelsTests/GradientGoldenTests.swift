import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

@Suite struct GradientGoldenTests {
    @Test(arguments: TrainingFixture.all)
    func `Every parameter's gradient is torch's, and so is the loss`(fixture: TrainingFixture) throws {
        try check(fixture, .shared)
    }

    @Test(arguments: Engine.availableISAs, [1, 2])
    func `Gradients of recurrent models are torch's on every instruction set`(isa: String, threads: Int) throws {
        let engine = try Engine(threads: threads, isa: isa)
        let fixtures = TrainingFixture.all.filter { ["lstm-", "gru-"].contains(where: $0.path.contains) }
        #expect(fixtures.count == 4)
        for fixture in fixtures { try check(fixture, engine) }
    }

    @Test(arguments: TrainingFixture.all)
    func `Blocks that are computed again on the way back give the same`(fixture: TrainingFixture) throws {
        try check(fixture, .shared, mode: .recomputing)
    }

    @Test(arguments: TrainingFixture.all)
    func `Without gradients the loss is the same and nothing flows back`(fixture: TrainingFixture) throws {
        let golden = try fixture.golden()
        let parameters = try ParameterSet(Checkpoint(directory: fixture.url.path))
        let recorded = try fixture.loss(parameters, golden, engine: .shared)
        let loss = try withoutGradients { try fixture.loss(parameters, golden, engine: .shared) }
        #expect(loss.scalars == recorded.scalars)
        #expect(recorded.requiresGradient && !loss.requiresGradient)
        loss.backward()
        #expect(parameters.parameters.allSatisfy { $0.gradient == nil })
    }

    private func check(_ fixture: TrainingFixture, _ engine: Engine, mode: GradientMode = .recording) throws {
        let golden = try fixture.golden()
        let parameters = try ParameterSet(Checkpoint(directory: fixture.url.path))
        let loss = try withGradientMode(mode) { try fixture.loss(parameters, golden, engine: engine) }
        #expect(abs(loss.scalars[0] - golden.losses[0]) <= 1e-5 * max(1, abs(golden.losses[0])))
        loss.backward()
        let expected = try fixture.gradients()
        // Relative to the tensor's largest gradient, and a little to the model's: some are zero but for rounding (those of
        // the biases of keys).
        let names = expected.entries.keys.sorted()
        let largest = try names.map { try expected.tensor($0).scalars.map(abs).max() ?? 0 }.max() ?? 0
        var compared = 0
        for name in names where parameters.used.contains(name) {
            let wanted = try expected.tensor(name)
            let values = parameters[name]?.gradient?.scalars ?? Array(repeating: 0, count: wanted.elementCount)
            let error = zip(values, wanted.scalars).map { abs($0 - $1) }.max() ?? 0
            let scale = wanted.scalars.map(abs).max() ?? 0
            #expect(error <= 1e-4 * scale + 5e-5 * largest, "\(name): off by \(error) of \(scale)")
            compared += 1
        }
        // Tensors that are copies of others in the file are learned once.
        #expect(compared >= names.count - 3)
    }
}
