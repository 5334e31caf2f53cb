import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

@Suite struct RecurrentTests {
    private func complaint(_ config: String) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-rnn-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data(config.utf8).write(to: directory.appendingPathComponent("config.json"))
        let weights = FamilyFixture(name: "lstm-tied").url.appendingPathComponent("model.safetensors")
        try FileManager.default.copyItem(at: weights, to: directory.appendingPathComponent("model.safetensors"))
        do {
            _ = try AutoModelForCausalLM.from(directory: directory)
            return "no complaint"
        } catch {
            return String(describing: error).replacingOccurrences(of: directory.path + "/", with: "")
        }
    }

    @Test func `A configuration that cannot be says why`() throws {
        #expect(
            try complaint(#"{"model_type": "lstm_lm", "hidden_size": 33}"#) == "config.json: “vocab_size” is missing")
        #expect(
            try complaint(#"{"model_type": "gru_lm", "vocab_size": 64, "hidden_size": 0}"#)
                == "config.json: hidden_size is 0, outside 1…65536")
        #expect(
            try complaint(
                #"{"model_type": "lstm_lm", "vocab_size": 64, "hidden_size": 33, "embedding_size": 9,"#
                    + #" "tie_word_embeddings": true}"#)
                == "config.json: tie_word_embeddings needs an embedding_size (9) like hidden_size (33)")
    }

    @Test func `Weights of the other cell do not fit`() throws {
        let text = try complaint(
            #"{"model_type": "gru_lm", "vocab_size": 64, "hidden_size": 33, "num_layers": 1, "tie_word_embeddings": true}"#
        )
        #expect(text.contains("rnn.weight_hh_l0 [132, 33] instead of [99, 33]"), "\(text)")
        #expect(text.contains("unexpected (8)"), "\(text)")
    }

    @Test func `Steps have the longest sequence first and leave out what is over`() {
        let steps = RecurrentSteps(counts: [1, 3, 0, 3], slots: [5, 6, 7, 8])
        #expect(steps.batchSizes == [3, 2, 2])
        #expect(steps.slots == [6, 8, 5])
        #expect(steps.places == [1, 4, 0, 2, 5, 3, 6])
        #expect(steps.lastRows == [5, 6, 2])
        let rows = Tensor((0..<7).map(Float.init), shape: [7, 1])
        #expect(steps.restored(rows).scalars == [2, 0, 3, 5, 1, 4, 6])
        #expect(RecurrentSteps(counts: [0, 0]).batchSizes.isEmpty)
    }

    @Test(arguments: ["lstm-tied", "gru-tied"])
    func `A state does not grow, and its size is what was announced`(name: String) throws {
        let model = try AutoModelForCausalLM.from(directory: FamilyFixture(name: name).url)
        var noise = Noise(state: 3)
        var (state, _) = model.start([noise.tokens(700, below: 60), noise.tokens(3, below: 60)])
        let expected = name == "lstm-tied" ? 2 * 3 * 2 * 33 * 4 : 2 * 2 * 40 * 4
        #expect(state.cacheByteCount == expected)
        #expect(model.cacheBytes(sequences: 2, promptTokens: 700, newTokens: 10_000) == expected)
        for _ in 0..<50 { _ = model.decode(noise.tokens(2, below: 60), state: &state) }
        #expect(state.cacheByteCount == expected && state.lengths == [750, 53])
        #expect(model.cacheBytes(sequences: .max, promptTokens: 1, newTokens: 1) == .max)
    }

    /// A plain LSTM and GRU in double precision.
    private func reference(_ cell: Recurrence.Cell, _ x: [[Double]], _ w: [[Double]], _ bias: [Double]) -> [[Double]] {
        let width = w[0].count
        var (h, c) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        return x.map { inputs in
            let sums = w.indices.map { row in zip(w[row], h).reduce(bias[row]) { $0 + $1.0 * $1.1 } }
            for i in 0..<width {
                if cell == .lstm {
                    let s = (0..<4).map { inputs[$0 * width + i] + sums[$0 * width + i] }
                    c[i] = sigmoid(s[1]) * c[i] + sigmoid(s[0]) * tanh(s[2])
                    h[i] = sigmoid(s[3]) * tanh(c[i])
                } else {
                    let r = sigmoid(inputs[i] + sums[i])
                    let z = sigmoid(inputs[width + i] + sums[width + i])
                    let n = tanh(inputs[2 * width + i] + r * sums[2 * width + i])
                    h[i] = (1 - z) * n + z * h[i]
                }
            }
            return h
        }
    }

    @Test(arguments: Engine.availableISAs, [Recurrence.Cell.lstm, .gru])
    func `Every width gives what the formulas give, large sums included`(isa: String, cell: Recurrence.Cell) throws {
        let engine = try Engine(threads: 2, isa: isa)
        for width in [1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 48, 65] {
            var generator = RandomGenerator(seed: UInt64(width), stream: 1)
            let rows = cell.gateCount * width
            let matrix = generator.normals(rows * width, deviation: 0.4)
            let bias = generator.normals(rows, deviation: 1)
            let lengths = [4, 2, 1]
            let inputs = lengths.map { _ in (0..<4).map { _ in generator.normals(rows, deviation: width == 7 ? 60 : 2) }
            }
            let recurrence = Recurrence(
                cell: cell,
                weight: PackedWeight([Tensor(matrix, shape: [rows, width])], type: .float32, engine: engine),
                bias: Tensor(bias))
            let packed = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2), (0, 3)]
            // The engine is the workspace's.
            let flat = Tensor(packed.flatMap { inputs[$0.0][$0.1] }, shape: [7, rows])
                .gatheredRows(0..<7, in: Workspace(engine: engine))
            let hidden = recurrence(flat, batchSizes: [3, 2, 1, 1]).hidden
            for (index, length) in lengths.enumerated() {
                let wanted = reference(
                    cell, inputs[index][..<length].map { $0.map(Double.init) },
                    (0..<rows).map { matrix[$0 * width..<($0 + 1) * width].map(Double.init) }, bias.map(Double.init))
                for (row, place) in packed.enumerated() where place.0 == index {
                    let error = zip(hidden[row].scalars, wanted[place.1]).map { abs(Double($0) - $1) }.max() ?? 1
                    #expect(error < 2e-6, "width \(width), sequence \(index), step \(place.1): \(error)")
                }
            }
        }
    }
}
