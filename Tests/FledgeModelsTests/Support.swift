import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// Tests/Fixtures, made by Tools/make_fixtures.py.
enum Fixtures {
    static let directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The names of all checkpoints with golden values.
    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { FileManager.default.fileExists(atPath: path($0, "golden.safetensors")) }.sorted()
    }()

    static func url(_ name: String) -> URL { directory.appendingPathComponent(name) }

    static func path(_ name: String, _ file: String) -> String { url(name).appendingPathComponent(file).path }

    static func model(
        _ name: String, _ type: WeightType = .float32, engine: Engine = .shared
    ) throws -> any Seq2SeqLanguageModel {
        try AutoModelForSeq2SeqLM.from(directory: url(name), type: type, engine: engine)
    }

    static func golden(_ name: String) throws -> Golden {
        let data = try Data(contentsOf: URL(fileURLWithPath: path(name, "golden.json")))
        return try JSONDecoder().decode(Golden.self, from: data)
    }
}

/// Data beside the repository on a developer's machine, not part of it.
enum Shared {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["FLEDGE_SHARED"] { return URL(fileURLWithPath: path) }
        return Fixtures.directory.appendingPathComponent("../../../shared").standardizedFileURL
    }()

    static let reference = directory.appendingPathComponent("checkpoints/t5-dialogsum-ref")
    static let hasReference = FileManager.default.fileExists(
        atPath: reference.appendingPathComponent("golden.json").path)
}

/// What golden.json says.
struct Golden: Decodable {
    struct Forward: Decodable {
        let name: String
        let hasHiddenStates: Bool
        enum CodingKeys: String, CodingKey {
            case name
            case hasHiddenStates = "has_hidden_states"
        }
    }
    struct Generation: Decodable {
        let name: String
        let arguments: [String: Double]
        let inputIds: [[Int]]
        let tokenIds: [[Int]]
        enum CodingKeys: String, CodingKey {
            case name, arguments
            case inputIds = "input_ids"
            case tokenIds = "token_ids"
        }
    }
    let forward: [Forward]
    let generation: [Generation]
}

/// One golden forward pass: ragged prompts, the decoder's input, and the reference's tensors.
struct ForwardCase {
    let name: String
    let prompts: [[Int]]
    let decoderInput: [[Int]]
    private let file: SafetensorsFile

    init(_ name: String, in file: SafetensorsFile) throws {
        self.name = name
        self.file = file
        let ids = try file.tensor(name + ".input_ids")
        let mask = try file.tensor(name + ".attention_mask")
        prompts = (0..<ids.shape[0]).map { row in
            zip(ids[row].integers, mask[row].integers).filter { $0.1 == 1 }.map(\.0)
        }
        let input = try file.tensor(name + ".decoder_input_ids")
        decoderInput = (0..<input.shape[0]).map { input[$0].integers }
    }

    func tensor(_ tensor: String) throws -> Tensor { try file.tensor("\(name).\(tensor)") }

    /// A padded `[prompts, longest, width]` as rows without the padding, which follows each prompt.
    func unpadded(_ tensor: String) throws -> [Float] {
        let padded = try self.tensor(tensor)
        return prompts.indices.flatMap { padded[$0].sliced(0, 0..<prompts[$0].count).scalars }
    }

    /// The logits of the whole decoder input at once.
    func logits(_ model: any Seq2SeqLanguageModel, observe: LayerObserver? = nil) -> Tensor {
        var state = model.makeState(prompts: prompts, observe: observe)
        return model.logits(model.decode(Array(decoderInput.joined()), state: &state, observe: observe))
    }
}

/// The largest difference, in parts of the reference's largest magnitude.
func distance(_ got: [Float], _ reference: [Float]) -> Float {
    guard got.count == reference.count, got.allSatisfy({ $0.isFinite }) else { return .infinity }
    let largest = reference.map(abs).max() ?? 0
    return (zip(got, reference).map { abs($0 - $1) }.max() ?? 0) / max(largest, .leastNormalMagnitude)
}

/// Greedy search by nothing but the model: each sequence up to its end token or the limit.
func greedy(_ model: any Seq2SeqLanguageModel, _ prompts: [[Int]], limit: Int, end: Int = 1) -> [[Int]] {
    var state = model.makeState(prompts: prompts, observe: nil)
    var results = [[Int]](repeating: [], count: prompts.count)
    var tokens = prompts.map { _ in model.decoderStartToken }
    for _ in 0..<limit where !tokens.isEmpty {
        let next = model.step(tokens, state: &state).argmaxOfRows()
        for (row, slot) in state.activeSlots.enumerated() { results[slot].append(next[row]) }
        state.keep { next[$0] != end }
        tokens = next.filter { $0 != end }
    }
    return results
}

/// Seeded numbers (SplitMix64), the same on every machine.
struct Noise {
    var state: UInt64

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }
    /// Between −1 and 1.
    mutating func float() -> Float { Float(bits() >> 40) * 0x1p-23 - 1 }
    mutating func floats(_ count: Int, times factor: Float) -> [Float] { (0..<count).map { _ in float() * factor } }
    mutating func tokens(_ count: Int, below bound: Int) -> [Int] { (0..<count).map { _ in below(bound) } }
}
