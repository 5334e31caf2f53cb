import FledgeTensor
import FledgeTraining
import Testing

@Suite struct OptimizerTests {
    private static let shapes: [String: Shape] = [
        "tall.weight": [3001, 33], "wide.weight": [5, 40_000], "long.bias": [100_003], "empty": [0],
        "stack.weight": [4, 70, 50], "one": [1],
    ]

    private static let kinds: [OptimizerSettings] = [
        .adamW(.init()), .sgd(.init()), .sgd(.init(momentum: 0.9, nesterov: true)), .adafactor(.init()),
        .adafactor(.init(beta1: 0.9, scaleParameter: false, relativeStep: false)),
    ]

    private func run(_ settings: OptimizerSettings, _ engine: Engine, steps: Int = 2) throws -> [Float] {
        let parameters = Parameters(Self.shapes)
        var noise = Noise(5)
        parameters.set(parameters.shapes.mapValues { noise.floats($0.elementCount) })
        var optimizer = try settings.makeOptimizer(engine: engine)
        for _ in 0..<steps { try step(&optimizer, parameters, &noise, engine) }
        return parameters.names.flatMap { parameters.scalars($0) }
    }

    private func step(
        _ optimizer: inout any Optimizer, _ parameters: Parameters, _ noise: inout Noise, _ engine: Engine
    ) throws {
        for name in parameters.names { parameters.setGradients([name: noise.floats(parameters.scalars(name).count)]) }
        let updates = parameters.updates(ParameterSettings(weightDecay: 0.01))
        let norm = GradientNorm.norm(of: updates, engine: engine)
        optimizer.step(updates, learningRate: 0.01, gradientScale: GradientNorm.scale(norm: norm, maximum: 100))
    }

    @Test(arguments: Engine.availableISAs)
    func `The number of threads does not change a bit`(isa: String) throws {
        for settings in Self.kinds {
            let alone = try run(settings, Engine(threads: 1, isa: isa))
            for threads in [2, 3] { #expect(identical(try run(settings, Engine(threads: threads, isa: isa)), alone)) }
        }
    }

    @Test func `Instruction sets agree within rounding`() throws {
        for settings in Self.kinds {
            let reference = try run(settings, Engine(threads: 1, isa: "portable"))
            for isa in Engine.availableISAs.dropLast() {
                #expect(worst(try run(settings, Engine(threads: 2, isa: isa)), reference, floor: 0.05) < 2e-5)
            }
        }
    }

    @Test func `A copy goes its own way`() throws {
        let engine = try Engine(threads: 2)
        for settings in Self.kinds {
            let (first, second) = (Parameters(Self.shapes), Parameters(Self.shapes))
            var (noise, other) = (Noise(1), Noise(2))
            var optimizer = try settings.makeOptimizer(engine: engine)
            try step(&optimizer, first, &noise, engine)
            var copy = optimizer
            let before = optimizer.state.tensors.mapValues { $0.dtype == .float32 ? $0.scalars : [] }
            try step(&copy, second, &other, engine)
            for (name, tensor) in optimizer.state.tensors where tensor.dtype == .float32 {
                #expect(identical(tensor.scalars, before[name] ?? []))
            }
        }
    }

    @Test func `An optimiser goes on from its state as if it had not stopped`() throws {
        let engine = try Engine(threads: 2)
        for settings in Self.kinds {
            let (whole, halves) = (Parameters(Self.shapes), Parameters(Self.shapes))
            var (noise, same) = (Noise(7), Noise(7))
            var optimizer = try settings.makeOptimizer(engine: engine)
            for _ in 0..<4 { try step(&optimizer, whole, &noise, engine) }
            var half = try settings.makeOptimizer(engine: engine)
            for _ in 0..<2 { try step(&half, halves, &same, engine) }
            var rest = try settings.makeOptimizer(engine: engine)
            try rest.restore(half.state, shapes: Self.shapes)
            for _ in 0..<2 { try step(&rest, halves, &same, engine) }
            for name in whole.names { #expect(identical(whole.scalars(name), halves.scalars(name))) }
        }
    }

    @Test func `State of another optimiser or of other parameters is an error that names it`() throws {
        let shapes: [String: Shape] = ["a.weight": [2, 3], "b": [4]]
        let parameters = Parameters(shapes)
        var adamW = try AdamW()
        adamW.step(parameters.updates(), learningRate: 0.1, gradientScale: 1)
        let state = adamW.state
        #expect(
            state.tensors.keys.sorted() == [
                "a.weight.exp_avg", "a.weight.exp_avg_sq", "a.weight.step", "b.exp_avg", "b.exp_avg_sq", "b.step",
            ])
        let other = """
            it is of another model
            """
        func restore(_ change: (inout OptimizerState, inout [String: Shape]) -> Void) -> String {
            var (changed, wanted) = (state, shapes)
            change(&changed, &wanted)
            return message {
                var target = try AdamW()
                try target.restore(changed, shapes: wanted)
            }
        }
        #expect(restore { _, _ in } == "no error")
        #expect(restore { state, _ in state.tensors = [:] } == "no error")
        #expect(
            restore { state, _ in state.kind = "sgd" }
                == "the checkpoint's optimiser is sgd, not adamw; go on with the same optimiser, or start without its state"
        )
        #expect(
            restore { _, shapes in shapes["c"] = [1] }
                == "the optimiser's state has no “c.step”: the checkpoint is of another model, or of a run that trained "
                + "other parameters")
        #expect(
            restore { _, shapes in shapes["b"] = nil }
                == "the optimiser's state has “b.exp_avg”, which is of no parameter that is trained here: the checkpoint "
                + "is of another model, or of a run that trained other parameters")
        #expect(
            restore { _, shapes in shapes["a.weight"] = [3, 2] }
                == "the optimiser's “a.weight.exp_avg” is float32 [2, 3] in the checkpoint, and float32 [3, 2] is needed: "
                + other)
        #expect(
            restore { state, _ in state.tensors["b.exp_avg"] = Tensor(zeros: [4], dtype: .bfloat16) }
                == "the optimiser's “b.exp_avg” is bfloat16 [4] in the checkpoint, and float32 [4] is needed: " + other)
        #expect(
            restore { state, _ in state.tensors["b.step"] = Tensor([-1], shape: []) }
                == "the optimiser's “b.step” must be from 0 to 2⁵³")
    }

    @Test func `Settings that make no sense are errors`() {
        #expect(message { _ = try AdamW(.init(beta1: 1)) } == "the optimiser's beta1 must be from 0 to below 1")
        #expect(message { _ = try AdamW(.init(beta2: .nan)) } == "the optimiser's beta2 must be from 0 to below 1")
        #expect(message { _ = try AdamW(.init(epsilon: -1)) } == "the optimiser's epsilon must be 0 or more")
        #expect(message { _ = try SGD(.init(momentum: -0.1)) } == "the optimiser's momentum must be 0 or more")
        #expect(
            message { _ = try SGD(.init(nesterov: true)) }
                == "the optimiser's nesterov must be false without momentum or with dampening")
        #expect(message { _ = try Adafactor(.init(decayRate: 0.8)) } == "the optimiser's decayRate must be 0 or less")
        #expect(
            message { _ = try Adafactor(.init(relativeStep: false, warmupInit: true)) }
                == "the optimiser's warmupInit must be false without relativeStep")
    }

    @Test func `Learning rates and weight decay are each parameter's own`() throws {
        let parameters = Parameters(["a": [1], "b": [1]])
        parameters.set(["a": [1], "b": [1]])
        parameters.setGradients(["a": [1], "b": [1]])
        var updates = parameters.updates()
        updates[0].settings = ParameterSettings(weightDecay: 0.5, learningRateFactor: 2)
        var sgd = try SGD()
        sgd.step(updates, learningRate: 0.25, gradientScale: 0.5)
        #expect(parameters.scalars("a") == [1 - 0.25 * 2 * (0.5 + 0.5)])
        #expect(parameters.scalars("b") == [1 - 0.25 * 0.5])
    }

    @Test func `Gradients are clipped by their common length, and NaN is not hidden`() {
        let parameters = Parameters(["a": [3], "b": [1]])
        parameters.setGradients(["a": [1, 2, 2], "b": [4]])
        #expect(GradientNorm.norm(of: parameters.updates()) == 5)
        #expect(GradientNorm.norm(of: []) == 0)
        #expect(GradientNorm.scale(norm: 5, maximum: nil) == 1)
        #expect(GradientNorm.scale(norm: 5, maximum: 10) == 1)
        #expect(GradientNorm.scale(norm: 5, maximum: 1) == 1 / 5.000001)
        #expect(GradientNorm.scale(norm: .infinity, maximum: 1) == 0)
        #expect(GradientNorm.scale(norm: .nan, maximum: 1).isNaN)
    }

    @Test func `Optimisers have transformers' names`() throws {
        for (name, kind) in [
            ("adamw_torch", "adamw"), ("adamw_torch_fused", "adamw"), ("adafactor", "adafactor"), ("sgd", "sgd"),
        ] {
            let settings = try #require(OptimizerSettings(optim: name))
            let optimizer = try settings.makeOptimizer()
            #expect(type(of: optimizer).kind == kind)
            #expect(optimizer.usesLearningRate)
        }
        #expect(OptimizerSettings(optim: "adam8bit") == nil)
        #expect(try !Adafactor().usesLearningRate)
    }
}
