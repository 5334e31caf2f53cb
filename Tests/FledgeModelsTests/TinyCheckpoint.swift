import FledgeModels
import FledgeTensor
import Foundation

/// A T5 directory with random weights, made for one test and gone after it.
final class TinyCheckpoint {
    let url: URL
    var config: [String: Any]
    var tensors: [String: Tensor] = [:]

    /// T5 1.1 with heads of width `dKv`.
    init(layers: Int = 2, width: Int = 32, heads: Int = 2, dKv: Int = 8, vocabulary: Int = 50) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        config = [
            "model_type": "t5", "vocab_size": vocabulary, "d_model": width, "d_kv": dKv, "d_ff": 2 * width,
            "num_layers": layers, "num_heads": heads, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false,
            "eos_token_id": 1, "pad_token_id": 0, "decoder_start_token_id": 0,
        ]
        makeWeights(layers: layers, width: width, inner: heads * dKv, heads: heads, vocabulary: vocabulary)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    private func makeWeights(layers: Int, width: Int, inner: Int, heads: Int, vocabulary: Int) {
        var noise = Noise(state: 7)
        func add(_ name: String, _ shape: Shape, _ factor: Float) {
            tensors[name + ".weight"] = Tensor(noise.floats(shape.elementCount, times: factor), shape: shape)
        }
        func addNorm(_ name: String) { tensors[name + ".weight"] = Tensor([Float](repeating: 1, count: width)) }
        add("shared", [vocabulary, width], 1)
        add("lm_head", [vocabulary, width], 0.3)
        for stack in ["encoder", "decoder"] {
            let attentions = stack == "encoder" ? ["SelfAttention"] : ["SelfAttention", "EncDecAttention"]
            for block in 0..<layers {
                for (layer, attention) in attentions.enumerated() {
                    let prefix = "\(stack).block.\(block).layer.\(layer)"
                    for name in ["q", "k", "v"] { add("\(prefix).\(attention).\(name)", [inner, width], 0.3) }
                    add("\(prefix).\(attention).o", [width, inner], 0.3)
                    addNorm("\(prefix).layer_norm")
                }
                let prefix = "\(stack).block.\(block).layer.\(attentions.count)"
                for name in ["wi_0", "wi_1"] { add("\(prefix).DenseReluDense.\(name)", [2 * width, width], 0.3) }
                add("\(prefix).DenseReluDense.wo", [width, 2 * width], 0.3)
                addNorm("\(prefix).layer_norm")
            }
            add("\(stack).block.0.layer.0.SelfAttention.relative_attention_bias", [32, heads], 1)
            addNorm("\(stack).final_layer_norm")
        }
    }

    /// Writes what ``config`` and ``tensors`` are now.
    func write() throws {
        try JSONSerialization.data(withJSONObject: config).write(to: url.appendingPathComponent("config.json"))
        try SafetensorsWriter.write(tensors, to: url.appendingPathComponent("model.safetensors").path)
    }

    func model(_ type: WeightType = .float32, engine: Engine = .shared) throws -> any Seq2SeqLanguageModel {
        try write()
        return try AutoModelForSeq2SeqLM.from(directory: url, type: type, engine: engine)
    }

    /// The text of the error of loading, the directory's path left out.
    func complaint() -> String {
        do {
            _ = try AutoModelForSeq2SeqLM.from(directory: url)
            return "no error"
        } catch {
            let plain = "\(error)".replacingOccurrences(of: url.path + "/", with: "")
            return plain.replacingOccurrences(of: url.path, with: "MODEL")
        }
    }
}
