import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// Every family and head beside transformers.
@Suite struct FamilyGoldenTests {
    private func check(_ name: String, _ engine: Engine) throws {
        let fixture = FamilyFixture(name: name)
        let (golden, file) = (try fixture.golden(), try fixture.tensors())
        let loaded = try Loaded(golden.autoClass, fixture.url, .float32, engine)
        var compared = 0
        for forward in golden.forward {
            let inputs = try FamilyCase(forward.name, in: file)
            let outputs = try FamilyOutputs(loaded, inputs)
            for (tensor, got) in outputs.tensors where inputs.has(tensor) {
                let difference = distance(got, try inputs.rows(tensor))
                #expect(difference < 1e-4, "\(tensor) of \(name), \(forward.name), \(engine.isa): \(difference)")
                compared += 1
            }
        }
        #expect(compared >= golden.forward.count, "\(name): only \(compared) tensors were compared")
    }

    @Test func `There are golden checkpoints of every family`() {
        let families = [
            "bart", "bert", "bloom", "camembert", "gpt2", "gru", "llama", "lstm", "roberta", "t5", "xlm-roberta",
        ]
        for family in families {
            #expect(FamilyFixture.names.contains { $0.hasPrefix(family + "-") }, "\(family)")
        }
        #expect(FamilyFixture.names.count >= 58)
    }

    @Test(arguments: ["bart", "bert", "bloom", "gpt2", "llama", "roberta", "t5"])
    func `Every head of a family that answers or classifies has a golden checkpoint`(type: String) throws {
        let family = try #require(ModelRegistry.standard.families[type])
        let heads = [
            ("question-answering", family.questionAnswering != nil),
            ("sequence-classification", family.sequenceClassification != nil),
            ("token-classification", family.tokenClassification != nil),
        ]
        for (head, exists) in heads {
            #expect(FamilyFixture.names.contains("\(type)-\(head)") == exists, "\(type), \(head)")
        }
    }

    @Test(arguments: FamilyFixture.names)
    func `Outputs and hidden states are those of transformers on the engine in use`(name: String) throws {
        try check(name, .shared)
    }

    @Test(arguments: Engine.availableISAs, [1, 2])
    func `Outputs and hidden states are those of transformers on every instruction set`(
        isa: String, threads: Int
    ) throws {
        let engine = try Engine(threads: threads, isa: isa)
        for name in FamilyFixture.names { try check(name, engine) }
    }

    /// More positions than go through the layers together.
    @Test(arguments: ["bert-base", "gpt2-bare", "bart-base", "t5-encoder", "lstm-tied", "gru-tied"])
    func `Many sequences give what each gives alone, bit for bit`(name: String) throws {
        let model = try AutoModel.from(directory: FamilyFixture(name: name).url)
        var noise = Noise(state: 21)
        let sequences = (0..<40).map { TokenSequence(noise.tokens(1 + $0 % 40, below: 60)) }
        let together = model.hiddenStates(of: sequences, observe: nil)
        #expect(together.shape == [sequences.reduce(0) { $0 + $1.ids.count }, model.hiddenSize])
        let alone = sequences.flatMap { model.hiddenStates(of: [$0], observe: nil).scalars }
        #expect(together.scalars == alone)
    }

    /// The bounds are those of the T5 fixtures: random weights, a peaky softmax.
    @Test(arguments: [(WeightType.float16, Float(2e-2)), (.bfloat16, 0.2), (.int8, 0.5)])
    func `Weights stored in fewer bits stay within bounds of float32`(type: WeightType, bound: Float) throws {
        for name in FamilyFixture.names {
            let fixture = FamilyFixture(name: name)
            let (golden, file) = (try fixture.golden(), try fixture.tensors())
            guard let forward = golden.forward.first(where: { $0.name == "length-17" }) else { continue }
            let inputs = try FamilyCase(forward.name, in: file)
            let outputs = try FamilyOutputs(golden.autoClass, fixture.url, inputs, type, .shared)
            for tensor in ["logits", "start_logits", "last_hidden_state"] where inputs.has(tensor) {
                let difference = distance(outputs.tensors[tensor] ?? [], try inputs.rows(tensor))
                #expect(difference < bound, "\(type), \(tensor) of \(name): \(difference)")
            }
        }
    }
}
