import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

@Suite struct LoadingErrorTests {
    private func complaint(_ change: (TinyCheckpoint) -> Void) throws -> String {
        let checkpoint = try TinyCheckpoint()
        change(checkpoint)
        try checkpoint.write()
        return checkpoint.complaint()
    }

    private func weights(_ lines: String...) -> String {
        (["MODEL: the weights do not fit config.json"] + lines.map { "  " + $0 } + [
            "  check that config.json and the safetensors files belong together"
        ]).joined(separator: "\n")
    }

    @Test func `A checkpoint that fits loads`() throws { #expect(try complaint { _ in } == "no error") }

    @Test func `A tensor that is missing is named`() throws {
        let text = try complaint { $0.tensors["decoder.block.1.layer.2.DenseReluDense.wi_1.weight"] = nil }
        #expect(text == weights("missing (1):", "  decoder.block.1.layer.2.DenseReluDense.wi_1.weight"))
    }

    @Test func `A tensor that nobody asked for is named`() throws {
        let text = try complaint {
            $0.tensors["decoder.block.2.layer.0.layer_norm.weight"] = Tensor([1])
            $0.tensors["adapter"] = Tensor([1])
        }
        #expect(
            text == weights("unexpected (2):", "  adapter", "  decoder.block.2.layer.0.layer_norm.weight"))
    }

    @Test func `A tensor of another shape is named with both shapes`() throws {
        let text = try complaint {
            $0.tensors["encoder.block.0.layer.0.SelfAttention.k.weight"] = Tensor(zeros: [16, 31])
            $0.tensors["encoder.final_layer_norm.weight"] = Tensor(zeros: [1, 32])
            $0.tensors["shared.weight"] = Tensor(zeros: [1, 1, 1, 1, 1, 1])
        }
        #expect(
            text
                == weights(
                    "of another shape (3):", "  shared.weight [1, 1, 1, 1, 1, 1] instead of [50, 32]",
                    "  encoder.block.0.layer.0.SelfAttention.k.weight [16, 31] instead of [16, 32]",
                    "  encoder.final_layer_norm.weight [1, 32] instead of [32]"))
    }

    @Test func `Many complaints are listed together and cut after twenty of a kind`() throws {
        let checkpoint = try TinyCheckpoint()
        checkpoint.tensors = ["shared.weight": Tensor(zeros: [50, 31]), "x": Tensor([1])]
        try checkpoint.write()
        let lines = checkpoint.complaint().split(separator: "\n").map(String.init)
        #expect(lines[1] == "  missing (50):")
        #expect(lines[22] == "    … and 30 more")
        #expect(lines[23] == "  of another shape (1):")
        #expect(lines[25...26] == ["  unexpected (1):", "    x"])
    }

    @Test func `A tensor of seven dimensions is of another shape`() throws {
        let checkpoint = try TinyCheckpoint()
        try checkpoint.write()
        let header = #"{"shared.weight":{"dtype":"U8","shape":[1,1,1,1,1,1,1],"data_offsets":[0,1]}}"#
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        let file = checkpoint.url.appendingPathComponent("model.safetensors")
        try (length + Data(header.utf8) + Data([0])).write(to: file)
        #expect(
            checkpoint.complaint().contains("    shared.weight [1, 1, 1, 1, 1, 1, 1] instead of [50, 32]\n"))
    }

    @Test func `A weight of integers is an error`() throws {
        let text = try complaint { $0.tensors["shared.weight"] = Tensor(zeros: [50, 32], dtype: .int8) }
        #expect(text.hasPrefix("MODEL: tensor “shared.weight” is stored as int8"))
    }

    @Test func `A weights file that is missing or broken says so`() throws {
        let checkpoint = try TinyCheckpoint()
        try checkpoint.write()
        let file = checkpoint.url.appendingPathComponent("model.safetensors")
        try Data([1]).write(to: file)
        #expect(
            checkpoint.complaint()
                == "model.safetensors: not a valid safetensors file: 1 bytes are too few for a header length; "
                + "download or export it again")
        try FileManager.default.removeItem(at: file)
        #expect(checkpoint.complaint() == "model.safetensors: no such file")
    }

    @Test func `A directory without config.json says what a checkpoint is`() throws {
        let checkpoint = try TinyCheckpoint()
        #expect(
            checkpoint.complaint()
                == "MODEL: no config.json there; give the directory of a Hugging Face checkpoint (config.json, "
                + "model.safetensors, tokenizer.json) or a Hub id such as google/flan-t5-base")
    }

    @Test func `A model family that Fledge does not run is named with those it runs`() throws {
        #expect(
            try complaint { $0.config["model_type"] = "gpt_neox" }
                == "config.json: model_type “gpt_neox” is not one that Fledge runs; it runs "
                + "bart, bert, bloom, camembert, gpt2, gru_lm, llama, lstm_lm, mt5, roberta, t5, xlm-roberta")
    }

    @Test func `A registry's families can be added and replaced`() throws {
        let checkpoint = try TinyCheckpoint()
        checkpoint.config["model_type"] = "mine"
        try checkpoint.write()
        var registry = ModelRegistry.standard
        var family = ModelFamily(["mine"]) { _ in throw ModelError.noConfig("the backbone was called") }
        family.seq2SeqLM = { _ in throw ModelError.noConfig("mine was called") }
        registry.register(family)
        #expect(throws: ModelError.noConfig("mine was called")) {
            _ = try AutoModelForSeq2SeqLM.from(directory: checkpoint.url, registry: registry)
        }
    }

    @Test func `A token outside the vocabulary is an error`() throws {
        let model = try TinyCheckpoint().model()
        try model.validate([0, 49])
        try model.validate([])
        for token in [50, -1, Int.max, Int.min] {
            #expect(throws: ModelError.tokenOutsideVocabulary(token, 50)) { try model.validate([3, token]) }
        }
        #expect(
            ModelError.tokenOutsideVocabulary(50, 50).description
                == "token id 50 is outside the model's vocabulary of 50; ids go from 0 to 49")
    }

    @Test func `The bytes of caches that would overflow are Int.max`() throws {
        let model = try TinyCheckpoint().model()
        #expect(model.cacheBytes(sequences: .max, promptTokens: .max, newTokens: 1) == .max)
        #expect(model.cacheBytes(sequences: 1, promptTokens: 1, newTokens: .max) == .max)
        let (state, _) = model.start([[1, 2, 3]])
        #expect(state.cacheByteCount > 0)
    }
}
