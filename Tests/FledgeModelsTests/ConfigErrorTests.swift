import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

@Suite struct ConfigErrorTests {
    private func complaint(_ field: String, _ value: Any?) throws -> String {
        let checkpoint = try TinyCheckpoint()
        checkpoint.config[field] = value
        try checkpoint.write()
        return checkpoint.complaint()
    }

    @Test(arguments: ["vocab_size", "d_model", "d_kv", "d_ff", "num_layers", "num_heads", "model_type"])
    func `A field that must be there is named where it is missing`(field: String) throws {
        #expect(try complaint(field, nil) == "config.json: “\(field)” is missing")
    }

    @Test func `A field of the wrong type says what it should be`() throws {
        #expect(try complaint("d_model", "32") == "config.json: d_model: expected an integer")
        #expect(try complaint("d_model", [32]) == "config.json: d_model: expected an integer")
        #expect(
            try complaint("tie_word_embeddings", "no") == "config.json: tie_word_embeddings: expected true or false")
        #expect(try complaint("layer_norm_epsilon", "1e-6") == "config.json: layer_norm_epsilon: expected a number")
        #expect(try complaint("feed_forward_proj", 3) == "config.json: feed_forward_proj: expected a string")
        #expect(try complaint("model_type", 3) == "config.json: model_type: expected a string")
        #expect(try complaint("d_model", NSNull()) == "config.json: d_model: expected an integer, found null")
        #expect(try complaint("d_model", 2.5).hasPrefix("config.json: "))
    }

    @Test func `A number out of its range says which range that is`() throws {
        let cases: [(String, Int, String)] = [
            ("vocab_size", 0, "1…16777216"), ("vocab_size", Int.max, "1…16777216"), ("d_model", -32, "1…262144"),
            ("d_model", 262_145, "1…262144"), ("d_kv", 0, "1…65536"), ("d_ff", Int.min, "1…1048576"),
            ("num_layers", -1, "0…4096"), ("num_decoder_layers", 4097, "0…4096"), ("num_heads", 0, "1…4096"),
            ("relative_attention_num_buckets", 0, "1…65536"), ("decoder_start_token_id", 50, "0…49"),
            ("decoder_start_token_id", -1, "0…49"), ("relative_attention_max_distance", 0, "1…16777216"),
        ]
        for (field, value, range) in cases {
            #expect(try complaint(field, value) == "config.json: \(field) is \(value), outside \(range)")
        }
        #expect(try complaint("layer_norm_epsilon", -1) == "config.json: layer_norm_epsilon is -1.0")
        #expect(
            try complaint("feed_forward_proj", "gated-what")
                == "config.json: feed_forward_proj “gated-what” is not an activation that Fledge knows")
    }

    @Test func `The largest sizes that are allowed end in an error and not in the memory`() throws {
        let checkpoint = try TinyCheckpoint()
        for (field, value) in [
            ("vocab_size", 16_777_216), ("d_model", 262_144), ("d_kv", 65_536), ("d_ff", 1_048_576),
            ("num_heads", 4096), ("relative_attention_num_buckets", 65_536), ("num_layers", 4096),
        ] {
            checkpoint.config[field] = value
            try checkpoint.write()
            #expect(checkpoint.complaint().hasPrefix("MODEL: the weights do not fit config.json\n"), "\(field)")
        }
    }

    @Test func `A config.json that is not an object of JSON`() throws {
        let checkpoint = try TinyCheckpoint()
        try checkpoint.write()
        let path = checkpoint.url.appendingPathComponent("config.json")
        let deep = #"{"model_type":"# + String(repeating: "[", count: 100_000)
        for text in ["", "{", "[]", "3", "null", "\u{0}", deep, deep + String(repeating: "]", count: 100_000) + "}"] {
            try Data(text.utf8).write(to: path)
            #expect(checkpoint.complaint().hasPrefix("config.json: "))
        }
        try FileManager.default.removeItem(at: path)
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: false)
        #expect(checkpoint.complaint().hasPrefix("config.json: cannot be read: "))
    }

    /// Loads, and if that succeeds, runs a few tokens.
    private func survive(_ checkpoint: TinyCheckpoint) {
        do {
            let model = try AutoModelForSeq2SeqLM.from(directory: checkpoint.url)
            let text = greedy(model, [[4, 5, 6]], limit: 3)
            #expect(text[0].count <= 3)
        } catch let error where error is ModelError || error is WeightError || error is SafetensorsError {
            #expect(!"\(error)".isEmpty)
        } catch {
            Issue.record("an untyped error: \(error)")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `Any value in any field gives a typed error or a model`() throws {
        let values: [Any] = [
            0, 1, -1, 2, 3, 31, 65_536, 262_144, 1_048_576, Int.max, Int.min, 1e300, -1e300, 0.5, "", "relu", "gated-",
            true, NSNull(), [Any](), [String: Any](), [1, 2],
        ]
        let checkpoint = try TinyCheckpoint()
        try checkpoint.write()
        let original = checkpoint.config
        let absent = [
            "relative_attention_num_buckets", "relative_attention_max_distance", "layer_norm_epsilon",
            "num_decoder_layers", "scale_decoder_outputs", "n_positions",
        ]
        for field in original.keys.sorted() + absent {
            for value in values {
                checkpoint.config = original
                checkpoint.config[field] = value
                let data = try JSONSerialization.data(withJSONObject: checkpoint.config)
                try data.write(to: checkpoint.url.appendingPathComponent("config.json"))
                survive(checkpoint)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `A damaged config.json gives a typed error or a model`() throws {
        let checkpoint = try TinyCheckpoint()
        try checkpoint.write()
        let path = checkpoint.url.appendingPathComponent("config.json")
        let original = Array(try Data(contentsOf: path))
        var noise = Noise(state: 11)
        for _ in 0..<1500 {
            var bytes = original
            for _ in 0...noise.below(3) where !bytes.isEmpty {
                let at = noise.below(bytes.count)
                switch noise.below(5) {
                case 0: bytes[at] = UInt8(noise.below(256))
                case 1: bytes[at] = UInt8(ascii: "0") + UInt8(noise.below(10))
                case 2: bytes = Array(bytes.prefix(at))
                case 3: bytes.removeSubrange(at..<min(bytes.count, at + 1 + noise.below(9)))
                default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + noise.below(20))], at: at)
                }
            }
            try Data(bytes).write(to: path)
            survive(checkpoint)
        }
    }
}
