import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// Attention maps beside transformers' `output_attentions`; Tools/attention_golden.py made the golden values.
struct AttentionMapTests {
    struct Case: Decodable, Sendable {
        let directory: String
        let autoClass: String
        enum CodingKeys: String, CodingKey {
            case directory
            case autoClass = "auto_class"
        }
        var name: String { URL(filePath: directory).lastPathComponent }
    }
    private struct Golden: Decodable { let cases: [Case] }

    private static let folder = Fixtures.directory.appendingPathComponent("attention")

    static let cases: [Case] = {
        let data = try? Data(contentsOf: folder.appendingPathComponent("attention.json"))
        return data.flatMap { try? JSONDecoder().decode(Golden.self, from: $0).cases } ?? []
    }()

    private static func golden() throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.appendingPathComponent("attention.safetensors").path)
    }

    private static func model(
        _ golden: Case, _ type: WeightType = .float32, _ engine: Engine = .shared
    ) throws -> any AttentionMapping {
        switch try Loaded(golden.autoClass, Fixtures.url(golden.directory), type, engine) {
        case .causalLM(let model): return try #require(model.attentionMapping)
        case .seq2SeqLM(let model): return try #require(model as? any AttentionMapping)
        case .maskedLM(let model): return try #require(model.backbone.attentionMapping)
        default: throw CocoaError(.featureUnsupported)
        }
    }

    private static func ids(_ golden: Case, _ name: String, _ file: SafetensorsFile) throws -> [Int] {
        let key = "\(golden.name).\(name)"
        return file.entries[key] == nil ? [] : try file.tensor(key).integers
    }

    @Test func `There are maps of six families`() {
        for family in ["t5", "bart", "bert", "roberta", "gpt2", "bloom", "llama"] {
            #expect(Self.cases.contains { $0.name.hasPrefix(family) }, "\(family)")
        }
    }

    @Test(arguments: cases) func `Maps are those of transformers, and rows sum to one`(golden: Case) throws {
        let file = try Self.golden()
        let model = try Self.model(golden)
        let maps = try model.attentionMaps(
            of: TokenSequence(try Self.ids(golden, "input_ids", file)),
            decoderIDs: try Self.ids(golden, "decoder_input_ids", file), layers: nil)
        let expected = file.entries.keys.filter { $0.hasPrefix(golden.name + ".") && !$0.hasSuffix("_ids") }
        #expect(maps.count == expected.count && !maps.isEmpty)
        for map in maps {
            let reference = try file.tensor("\(golden.name).\(map.kind.rawValue).\(map.layer)")
            #expect(Array(reference.shape) == [map.heads, map.queries, map.keys])
            let difference = zip(map.weights, reference.scalars).map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-5, "\(golden.name), \(map.kind) \(map.layer): \(difference)")
            for head in 0..<map.heads {
                for query in 0..<map.queries {
                    let sum = map.row(head: head, query: query).reduce(0, +)
                    #expect(abs(sum - 1) < 1e-5, "\(golden.name), head \(head), row \(query): \(sum)")
                }
            }
        }
    }

    @Test(arguments: cases) func `Only the layers asked for are kept, and counted before`(golden: Case) throws {
        let file = try Self.golden()
        let model = try Self.model(golden)
        let sequence = TokenSequence(try Self.ids(golden, "input_ids", file))
        let decoderIDs = try Self.ids(golden, "decoder_input_ids", file)
        func count(_ maps: [AttentionMap]) -> Int { maps.reduce(0) { $0 + $1.weights.count } }
        func expected(_ layers: Set<Int>?) -> Int {
            model.attentionCount(tokens: sequence.ids.count, decoderTokens: decoderIDs.count, layers: layers)
        }
        let all = try model.attentionMaps(of: sequence, decoderIDs: decoderIDs, layers: nil)
        let layer = model.layerCount - 1
        let some = try model.attentionMaps(of: sequence, decoderIDs: decoderIDs, layers: [layer])
        #expect(some == all.filter { $0.layer == layer } && !some.isEmpty)
        #expect(count(all) == expected(nil) && count(some) == expected([layer]))
        #expect(model.layerCount == (all.map(\.layer).max() ?? -1) + 1)
    }

    @Test func `One decoded token attends to the encoded prompt as several do`() throws {
        let golden = try #require(Self.cases.first { $0.name == "t5-gated-gelu" })
        let (model, file) = (try Self.model(golden), try Self.golden())
        let sequence = TokenSequence(try Self.ids(golden, "input_ids", file))
        let decoderIDs = try Self.ids(golden, "decoder_input_ids", file)
        let all = try model.attentionMaps(of: sequence, decoderIDs: decoderIDs, layers: nil)
        let one = try model.attentionMaps(of: sequence, decoderIDs: [decoderIDs[0]], layers: nil)
        for (map, whole) in zip(one, all) where map.kind == .cross {
            for head in 0..<map.heads {
                let pairs = zip(map.row(head: head, query: 0), whole.row(head: head, query: 0))
                #expect((pairs.map { abs($0 - $1) }.max() ?? 1) < 1e-6)
            }
        }
    }

    @Test func `A recorder changes nothing that a model computes`() throws {
        let model = try AutoModelForCausalLM.from(directory: Fixtures.url("families/llama-grouped-tied-llama3"))
        let ids = [7, 9, 30, 12, 41]
        var plain = model.makeState(sequences: 1)
        var recorded = model.makeState(sequences: 1)
        let recorder = AttentionRecorder()
        recorded.attentionRecorder = recorder
        let expected = model.logits(model.decode(ids, state: &plain)).scalars
        let got = model.logits(model.decode(ids, state: &recorded)).scalars
        #expect(expected == got && recorder.maps.count == 2)
    }

    @Test func `A sequence that the model cannot take is an error`() throws {
        let golden = try #require(Self.cases.first { $0.name == "gpt2-prefix" })
        let model = try Self.model(golden)
        #expect(throws: ModelError.emptySequence) {
            try model.attentionMaps(of: [], decoderIDs: [], layers: nil)
        }
        #expect(throws: ModelError.tokenOutsideVocabulary(99, 66)) {
            try model.attentionMaps(of: [99], decoderIDs: [], layers: nil)
        }
        #expect(throws: ModelError.sequenceTooLong(60, 48)) {
            try model.attentionMaps(of: TokenSequence(Array(repeating: 1, count: 60)), decoderIDs: [], layers: nil)
        }
        #expect(model.attentionCount(tokens: .max, decoderTokens: 0, layers: nil) == .max)
    }
}
