import FledgeNN
import FledgeTensor
import FledgeTraining
import Testing

@Suite struct GradientGoldenTests {
    @Test(arguments: LearningCurve.all)
    func `Every parameter's gradient is torch's, and so is the loss`(curve: LearningCurve) throws {
        try check(curve, .shared)
    }

    @Test(arguments: Engine.availableISAs, [1, 2])
    func `Gradients of recurrent models are torch's on every instruction set`(isa: String, threads: Int) throws {
        let engine = try Engine(threads: threads, isa: isa)
        let curves = LearningCurve.all.filter { ["lstm-", "gru-"].contains(where: $0.path.contains) }
        #expect(curves.count == 4)
        for curve in curves { try check(curve, engine) }
    }

    @Test(arguments: [("lstm-untied", 11), ("gru-untied", 7)])
    func `Gradients of recurrent models do not depend on the number of threads, bit for bit`(
        name: String, parameters: Int
    ) throws {
        // Four tensors a layer, the embedding, and the projection's two.
        let curve = LearningCurve(path: "families/" + name)
        let golden = try curve.golden()
        let gradients = try [1, 2, 3].map { threads in
            let model = try curve.model(golden, engine: Engine(threads: threads))
            let batch = try curve.batch(golden)
            try model.loss(batch, factor: 1 / Float(model.labelCount(batch))).backward()
            return model.parameters.parameters.map { $0.gradient?.scalars ?? [] }
        }
        #expect(gradients[0].count == parameters && gradients[0].allSatisfy { $0.contains { $0 != 0 } })
        #expect(gradients[1] == gradients[0] && gradients[2] == gradients[0])
    }

    @Test(arguments: LearningCurve.all)
    func `Blocks that are computed again on the way back give the same`(curve: LearningCurve) throws {
        try check(curve, .shared, mode: .recomputing)
    }

    @Test(arguments: LearningCurve.all)
    func `Without gradients the loss is the same and nothing flows back`(curve: LearningCurve) throws {
        let golden = try curve.golden()
        let model = try curve.model(golden)
        let batch = try curve.batch(golden)
        let recorded = try model.loss(batch, factor: 1)
        let loss = try withoutGradients { try model.loss(batch, factor: 1) }
        #expect(loss.scalars == recorded.scalars)
        #expect(recorded.requiresGradient && !loss.requiresGradient)
        loss.backward()
        #expect(model.parameters.parameters.allSatisfy { $0.gradient == nil })
    }

    private func check(_ curve: LearningCurve, _ engine: Engine, mode: GradientMode = .recording) throws {
        let golden = try curve.golden()
        let model = try curve.model(golden, engine: engine)
        let batch = try curve.batch(golden)
        let loss = try withGradientMode(mode) { try model.loss(batch, factor: 1 / Float(model.labelCount(batch))) }
        #expect(abs(loss.scalars[0] - golden.losses[0]) <= 1e-5 * max(1, abs(golden.losses[0])))
        loss.backward()
        let expected = try curve.gradients()
        // Relative to the tensor's largest gradient, and a little to the model's: some are zero but for rounding (those of
        // the biases of keys).
        let names = expected.entries.keys.sorted()
        let largest = try names.map { try expected.tensor($0).scalars.map(abs).max() ?? 0 }.max() ?? 0
        var compared = 0
        for name in names where model.parameters.used.contains(name) {
            let wanted = try expected.tensor(name)
            let values = model.parameters[name]?.gradient?.scalars ?? Array(repeating: 0, count: wanted.elementCount)
            let error = zip(values, wanted.scalars).map { abs($0 - $1) }.max() ?? 0
            let scale = wanted.scalars.map(abs).max() ?? 0
            #expect(error <= 1e-4 * scale + 5e-5 * largest, "\(name): off by \(error) of \(scale)")
            compared += 1
        }
        // Tensors that are copies of others in the file are learned once.
        #expect(compared >= names.count - 3)
    }
}
