import FledgeModels
import FledgeTensor
import Testing

@Suite struct GoldenTests {
    private func cases(_ fixture: String) throws -> [(ForwardCase, Golden.Forward)] {
        let file = try SafetensorsFile(path: Fixtures.path(fixture, "golden.safetensors"))
        return try Fixtures.golden(fixture).forward.map { (try ForwardCase($0.name, in: file), $0) }
    }

    private func check(_ fixture: String, _ engine: Engine) throws {
        let model = try Fixtures.model(fixture, engine: engine)
        for (forward, golden) in try cases(fixture) {
            var layers: [String: Tensor] = [:]
            let logits = forward.logits(model) { layers[$0] = $1.contiguous() }
            let place = "\(fixture), \(forward.name), \(engine.isa)"
            #expect(distance(logits.scalars, try forward.tensor("logits").scalars) < 1e-4, "logits of \(place)")
            let encoded = try #require(layers["encoder.output"])
            let expected = try forward.unpadded("encoder_last_hidden_state")
            #expect(distance(encoded.scalars, expected) < 1e-4, "encoder of \(place)")
            if golden.hasHiddenStates {
                for stack in ["encoder", "decoder"] { try checkLayers(stack, layers, forward, place) }
            }
        }
    }

    /// The reference's order: the embedding, each block but the last, the final norm.
    private func checkLayers(
        _ stack: String, _ layers: [String: Tensor], _ forward: ForwardCase, _ place: String
    ) throws {
        let blocks = layers.keys.filter { $0.hasPrefix(stack) }.count - 2
        let names = ["embedding"] + (0..<blocks - 1).map(String.init) + ["output"]
        for (number, name) in names.enumerated() {
            let got = try #require(layers["\(stack).\(name)"])
            let expected = try forward.tensor("\(stack)_hidden_states.\(number)").scalars
            #expect(distance(got.scalars, expected) < 1e-4, "\(stack) \(name) of \(place)")
        }
    }

    @Test func `There are golden checkpoints`() { #expect(Fixtures.names.count >= 11) }

    @Test(arguments: Fixtures.names)
    func `Logits and hidden states are those of transformers on the engine in use`(fixture: String) throws {
        try check(fixture, .shared)
    }

    @Test(arguments: Engine.availableISAs, [1, 2])
    func `Logits and hidden states are those of transformers on every instruction set`(
        isa: String, threads: Int
    ) throws {
        let engine = try Engine(threads: threads, isa: isa)
        for fixture in Fixtures.names { try check(fixture, engine) }
    }

    /// These tiny weights are random and their softmax peaky: transformers' own bfloat16 is 3.8e-2 away on one of them.
    @Test(arguments: [(WeightType.float16, Float(4e-3), Float(2e-2)), (.bfloat16, 4e-2, 0.15), (.int8, 0.15, 0.4)])
    func `Weights stored in fewer bits stay within bounds of float32`(
        type: WeightType, meanBound: Float, bound: Float
    ) throws {
        for isa in Engine.availableISAs {
            let engine = try Engine(threads: 1, isa: isa)
            var (largest, sum, count): (Float, Float, Float) = (0, 0, 0)
            for fixture in Fixtures.names {
                let model = try Fixtures.model(fixture, type, engine: engine)
                for (forward, _) in try cases(fixture) {
                    let error = distance(forward.logits(model).scalars, try forward.tensor("logits").scalars)
                    #expect(error < bound, "\(fixture), \(forward.name), \(isa)")
                    if fixture.hasSuffix("bfloat16") { print("\(fixture), \(forward.name): \(type) is \(error) away") }
                    (largest, sum, count) = (max(largest, error), sum + error, count + 1)
                }
            }
            #expect(sum / count < meanBound)
            print("\(type) on \(isa): \(largest) of the largest logit at worst, \(sum / count) on average")
        }
    }

    @Test(arguments: Fixtures.names)
    func `Greedy search writes the tokens that transformers writes`(fixture: String) throws {
        let model = try Fixtures.model(fixture)
        var checked = 0
        for generation in try Fixtures.golden(fixture).generation
        where Array(generation.arguments.keys) == ["max_new_tokens"] {
            let limit = Int(generation.arguments["max_new_tokens"] ?? 0)
            #expect(greedy(model, generation.inputIds, limit: limit) == generation.tokenIds, "\(generation.name)")
            checked += 1
        }
        #expect(checked >= 2)
    }
}
