import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// One checkpoint of Tests/Fixtures/families, made by Tools/make_fixtures.py, with what transformers computes for it.
struct FamilyFixture: Sendable {
    let name: String

    /// All that have golden tensors of a whole model.
    static let names: [String] = {
        let root = Fixtures.directory.appendingPathComponent("families")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter {
            FileManager.default.fileExists(atPath: root.appendingPathComponent("\($0)/golden.json").path)
        }.sorted()
    }()

    var url: URL { Fixtures.directory.appendingPathComponent("families/\(name)") }

    struct Golden: Decodable {
        struct Forward: Decodable { let name: String }
        let autoClass: String
        let forward: [Forward]
        enum CodingKeys: String, CodingKey {
            case autoClass = "auto_class"
            case forward
        }
    }

    func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url.appendingPathComponent("golden.json")))
    }

    func tensors() throws -> SafetensorsFile {
        try SafetensorsFile(path: url.appendingPathComponent("golden.safetensors").path)
    }
}

/// The inputs of one golden pass, ragged.
struct FamilyCase {
    let name: String
    let sequences: [TokenSequence]
    let decoderInputs: [[Int]]
    /// Which positions of the padded input are a sequence's own.
    let masks: [[Bool]]
    private let file: SafetensorsFile

    init(_ name: String, in file: SafetensorsFile) throws {
        self.name = name
        self.file = file
        let ids = try file.tensor(name + ".input_ids")
        let mask = try file.tensor(name + ".attention_mask")
        let masks = (0..<ids.shape[0]).map { mask[$0].integers.map { $0 == 1 } }
        self.masks = masks
        func visible(_ tensor: Tensor) -> [[Int]] {
            (0..<tensor.shape[0]).map { row in zip(tensor[row].integers, masks[row]).filter(\.1).map(\.0) }
        }
        let types = file.entries[name + ".token_type_ids"] == nil ? nil : try file.tensor(name + ".token_type_ids")
        let typeIDs = types.map(visible)
        sequences = visible(ids).enumerated().map { TokenSequence($1, typeIDs: typeIDs?[$0] ?? []) }
        decoderInputs =
            file.entries[name + ".decoder_input_ids"] == nil
            ? []
            : try {
                let tensor = try file.tensor(name + ".decoder_input_ids")
                return (0..<tensor.shape[0]).map { tensor[$0].integers }
            }()
    }

    func has(_ tensor: String) -> Bool { file.entries["\(name).\(tensor)"] != nil }

    /// A golden tensor as rows of all sequences one after the other, without the padding where it has a row a position.
    func rows(_ tensor: String) throws -> [Float] {
        let padded = try file.tensor("\(name).\(tensor)")
        guard padded.rank >= 2, padded.shape[1] == masks[0].count, !tensor.hasPrefix("decoder") else {
            return padded.scalars
        }
        return masks.enumerated().flatMap { row, mask in
            mask.enumerated().filter(\.element).flatMap { padded[row][$0.offset].scalars }
        }
    }
}

/// What a model gives for a case, under the golden tensors' names.
struct FamilyOutputs {
    private(set) var tensors: [String: [Float]] = [:]
    private var layers: [String: [(String, Tensor)]] = [:]

    /// Runs the model of an auto class on all sequences together.
    init(_ autoClass: String, _ directory: URL, _ inputs: FamilyCase, _ type: WeightType, _ engine: Engine) throws {
        let loaded = try Loaded(autoClass, directory, type, engine)
        try self.init(loaded, inputs)
    }

    init(_ loaded: Loaded, _ inputs: FamilyCase) throws {
        var layers: [(String, Tensor)] = []
        let observe: LayerObserver = { layers.append(($0, $1.contiguous())) }
        let sequences = inputs.sequences
        switch loaded {
        case .causalLM(let model):
            var state = model.makeState(sequences: sequences.count)
            let hidden = model.decode(
                sequences.flatMap(\.ids), counts: sequences.map(\.ids.count), state: &state, observe: observe)
            tensors["logits"] = model.logits(hidden).scalars
        case .seq2SeqLM(let model):
            var state = model.makeState(prompts: sequences.map(\.ids), observe: observe)
            let hidden = model.decode(
                Array(inputs.decoderInputs.joined()), counts: nil, state: &state, observe: observe)
            tensors["logits"] = model.logits(hidden).scalars
        case .maskedLM(let model): tensors["logits"] = try model.logits(sequences, observe: observe).scalars
        case .sequence(let model): tensors["logits"] = try model.logits(sequences, observe: observe).scalars
        case .token(let model): tensors["logits"] = try model.logits(sequences, observe: observe).scalars
        case .question(let model):
            let logits = try model.logits(sequences, observe: observe)
            tensors["start_logits"] = logits.sliced(1, 0..<1).contiguous().scalars
            tensors["end_logits"] = logits.sliced(1, 1..<2).contiguous().scalars
        case .backbone(let model):
            let isSelfReading = !inputs.decoderInputs.isEmpty
            if isSelfReading, let model = (model as? SelfReadingBackbone)?.model {
                tensors["last_hidden_state"] =
                    model.decoderStates(
                        sequences.map(\.ids), inputs: inputs.decoderInputs, observe: observe
                    ).scalars
            } else {
                let hidden = model.hiddenStates(of: sequences, observe: observe)
                tensors["last_hidden_state"] = hidden.scalars
                if let pooled = model as? PooledBackbone {
                    tensors["pooler_output"] = pooled.pooled(hidden, of: sequences).scalars
                }
            }
        }
        record(layers)
    }

    /// The reference lists the embedding, every block's output but the last, and the final norm's.
    private mutating func record(_ layers: [(String, Tensor)]) {
        for stack in ["", "encoder.", "decoder."] {
            let own = layers.filter { stack.isEmpty ? !$0.0.contains(".") : $0.0.hasPrefix(stack) }
            var values = own.map(\.1.scalars)
            guard values.count >= 2 else { continue }
            values.remove(at: values.count - 2)
            let prefix = stack.isEmpty ? "hidden_states." : stack.dropLast() + "_hidden_states."
            for (number, value) in values.enumerated() { tensors[prefix + String(number)] = value }
            if stack == "encoder." { tensors["encoder_last_hidden_state"] = values.last }
        }
    }
}

/// A model with the head that an auto class gives it.
enum Loaded {
    case causalLM(any CausalLanguageModel)
    case seq2SeqLM(any Seq2SeqLanguageModel)
    case maskedLM(MaskedLanguageModel)
    case sequence(SequenceClassificationModel)
    case token(TokenClassificationModel)
    case question(QuestionAnsweringModel)
    case backbone(any Backbone)

    init(_ autoClass: String, _ directory: URL, _ type: WeightType, _ engine: Engine) throws {
        switch autoClass {
        case "AutoModelForCausalLM":
            self = .causalLM(try AutoModelForCausalLM.from(directory: directory, type: type, engine: engine))
        case "AutoModelForSeq2SeqLM":
            self = .seq2SeqLM(try AutoModelForSeq2SeqLM.from(directory: directory, type: type, engine: engine))
        case "AutoModelForMaskedLM":
            self = .maskedLM(try AutoModelForMaskedLM.from(directory: directory, type: type, engine: engine))
        case "AutoModelForSequenceClassification":
            self = .sequence(
                try AutoModelForSequenceClassification.from(directory: directory, type: type, engine: engine))
        case "AutoModelForTokenClassification":
            self = .token(
                try AutoModelForTokenClassification.from(directory: directory, type: type, engine: engine))
        case "AutoModelForQuestionAnswering":
            self = .question(
                try AutoModelForQuestionAnswering.from(directory: directory, type: type, engine: engine))
        default: self = .backbone(try AutoModel.from(directory: directory, type: type, engine: engine))
        }
    }
}
