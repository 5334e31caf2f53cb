import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// An adapter of Tests/Fixtures/adapters, saved by PEFT, and the logits of its model (Tools/adapter_golden.py).
struct AdapterFixture: Sendable, CustomTestStringConvertible {
    let name: String
    static let names = ["t5-gated", "gpt2", "bloom", "bert-classifier"]

    struct Golden: Decodable {
        let model: String
        let inputIDs: [Int]
        let decoderInputIDs: [Int]
        let logits: [Float]
        /// How far the logits are from those without the adapter.
        let difference: Float
        enum CodingKeys: String, CodingKey {
            case model, logits, difference
            case inputIDs = "input_ids"
            case decoderInputIDs = "decoder_input_ids"
        }
    }

    var testDescription: String { name }
    var url: URL { Fixtures.directory.appendingPathComponent("adapters/\(name)") }

    func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url.appendingPathComponent("golden.json")))
    }

    func logits(_ type: WeightType, _ golden: Golden) throws -> [Float] {
        let registry = ModelRegistry.standard.adapting(with: url)
        let model = Fixtures.directory.appendingPathComponent(golden.model)
        if name == "bert-classifier" {
            return try AutoModelForSequenceClassification.from(directory: model, type: type, registry: registry)
                .logits([TokenSequence(golden.inputIDs)]).scalars
        }
        if golden.decoderInputIDs.isEmpty {
            let model = try AutoModelForCausalLM.from(directory: model, type: type, registry: registry)
            var state = model.makeState(sequences: 1)
            return model.logits(model.decode(golden.inputIDs, state: &state)).scalars
        }
        let found = try AutoModelForSeq2SeqLM.from(directory: model, type: type, registry: registry)
        var state = found.makeState(prompts: [golden.inputIDs], observe: nil)
        // One token after the other, as generation does.
        return golden.decoderInputIDs.flatMap { found.logits(found.decode([$0], state: &state)).scalars }
    }
}

@Suite struct AdapterTests {
    // Random weights make much of little: an eighth of bfloat16's rounding gives a seventh of its error.
    private static let tolerances: [(WeightType, Float)] = [(.float32, 1e-4), (.float16, 1.5e-2), (.bfloat16, 8e-2)]

    @Test(arguments: AdapterFixture.names)
    func `Models with PEFT's adapters have PEFT's logits, whether added to the weights or beside them`(
        name: String
    ) throws {
        let fixture = AdapterFixture(name: name)
        let golden = try fixture.golden()
        let largest = golden.logits.map(abs).max() ?? 0
        #expect(golden.difference > 0.1 * largest)
        for (type, tolerance) in Self.tolerances where name != "bloom" || type != .float16 {
            let logits = try fixture.logits(type, golden)
            try #require(logits.count == golden.logits.count)
            let error = zip(logits, golden.logits).map { abs($0 - $1) }.max() ?? .infinity
            #expect(error <= tolerance * largest, "\(type): off by \(error) of \(largest)")
        }
    }

    @Test func `Adapters beside int8 weights move the logits as they should`() throws {
        for name in ["t5-gated", "gpt2", "bert-classifier"] {
            let fixture = AdapterFixture(name: name)
            let golden = try fixture.golden()
            let logits = try fixture.logits(.int8, golden)
            let largest = golden.logits.map(abs).max() ?? 0
            let error = zip(logits, golden.logits).map { abs($0 - $1) }.max() ?? .infinity
            #expect(error <= 0.3 * min(largest, golden.difference), "\(name): off by \(error) of \(largest)")
        }
    }

    @Test func `A fused layer has no adapter beside int8 weights`() throws {
        let fixture = AdapterFixture(name: "bloom")
        let golden = try fixture.golden()
        do {
            _ = try fixture.logits(.int8, golden)
            Issue.record("it was loaded")
        } catch let error as AdapterError {
            #expect(
                error.reason
                    == "the layer “transformer.h.0.self_attention.query_key_value” is fused with others here and cannot have "
                    + "an adapter beside int8 weights; load it in float32 or bfloat16, where adapters are added to the "
                    + "matrices")
        }
    }

    @Test(arguments: [
        ("{\"peft_type\": \"IA3\", \"r\": 2, \"lora_alpha\": 1}", "only LoRA adapters without biases are known"),
        ("{\"peft_type\": \"LORA\", \"r\": 0, \"lora_alpha\": 1}", "of a rank from 1 to 65536"),
        ("{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 1, \"use_dora\": true}", "it asks for use_dora"),
        ("{\"peft_type\": \"LORA\", \"r\": 5, \"lora_alpha\": 1}", "has [4, 24] and [72, 4] for a matrix of 72 by 24"),
        ("[]", "it is not PEFT's description"),
    ])
    func `What cannot be an adapter is an error that says why`(config: String, reason: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("fledge-adapter-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = AdapterFixture(name: "gpt2")
        try FileManager.default.copyItem(at: fixture.url, to: folder)
        try Data(config.utf8).write(to: folder.appendingPathComponent("adapter_config.json"))
        let model = Fixtures.directory.appendingPathComponent(try fixture.golden().model)
        do {
            _ = try AutoModelForCausalLM.from(
                directory: model, registry: ModelRegistry.standard.adapting(with: folder))
            Issue.record("it was loaded")
        } catch let error as AdapterError {
            #expect(error.description.contains(reason), "\(error)")
        }
    }
}
