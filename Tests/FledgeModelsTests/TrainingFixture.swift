import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// One checkpoint with what torch computes when it learns from a batch, made by Tools/fixture_training.py.
struct TrainingFixture: Sendable, CustomTestStringConvertible {
    /// Below Tests/Fixtures.
    let path: String

    static let all: [TrainingFixture] = {
        let root = Fixtures.directory
        let manager = FileManager.default
        let families = (try? manager.contentsOfDirectory(atPath: root.appendingPathComponent("families").path)) ?? []
        let others = (try? manager.contentsOfDirectory(atPath: root.path)) ?? []
        return (families.map { "families/" + $0 } + others).filter {
            manager.fileExists(atPath: root.appendingPathComponent($0 + "/training.json").path)
        }.sorted().map { TrainingFixture(path: $0) }
    }()

    var testDescription: String { path }
    var url: URL { Fixtures.directory.appendingPathComponent(path) }

    struct Golden: Decodable {
        let head: String
        let inputIDs: [[Int]]
        let labels: Labels
        let padTokenID: Int
        let learningRate: Float
        let weightDecay: Float
        let losses: [Float]
        enum CodingKeys: String, CodingKey {
            case head, labels, losses
            case inputIDs = "input_ids"
            case padTokenID = "pad_token_id"
            case learningRate = "learning_rate"
            case weightDecay = "weight_decay"
        }
    }

    enum Labels: Decodable {
        case lists([[Int]])
        case classes([Int])
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let lists = try? container.decode([[Int]].self) {
                self = .lists(lists)
            } else {
                self = .classes(try container.decode([Int].self))
            }
        }

        var lists: [[Int]] { if case .lists(let lists) = self { lists } else { [] } }
        var classes: [Int] { if case .classes(let classes) = self { classes } else { [] } }
    }

    func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url.appendingPathComponent("training.json")))
    }

    func gradients() throws -> SafetensorsFile {
        try SafetensorsFile(path: url.appendingPathComponent("training.safetensors").path)
    }

    /// The loss of the batch as a mean over labels, differentiable in the parameters.
    func loss(_ parameters: ParameterSet, _ golden: Golden, type: WeightType = .float32, engine: Engine) throws
        -> Tensor
    {
        let (config, data) = try ModelConfig.read(directory: url)
        guard let family = ModelRegistry.standard.families[config.modelType] else { throw Missing.family }
        let weights = WeightLoader(parameters, type: type, isDifferentiable: true, engine: engine)
        let source = ModelSource(directory: url, config: data, weights: weights)
        let sequences = golden.inputIDs.map { TokenSequence($0) }
        let labels = golden.labels.lists
        let count = labels.joined().count { $0 >= 0 }
        switch golden.head {
        case "causal":
            guard let model = try family.causalLM?(source) as? any TrainableCausalModel else { throw Missing.head }
            let shifted = labels.map { $0.dropFirst().count { $0 >= 0 } }.reduce(0, +)
            return model.loss(sequences, labels: labels, factor: 1 / Float(shifted))
        case "masked":
            guard let model = try family.maskedLM?(source) else { throw Missing.head }
            return model.loss(sequences, labels: labels, factor: 1 / Float(count))
        case "token":
            guard let model = try family.tokenClassification?(source) else { throw Missing.head }
            return model.loss(sequences, labels: labels, factor: 1 / Float(count))
        case "seq2seq":
            guard let model = try family.seq2SeqLM?(source) as? EncoderDecoderTransformer else { throw Missing.head }
            return model.loss(
                golden.inputIDs, targets: labels, padToken: golden.padTokenID, factor: 1 / Float(count))
        case "class":
            guard let model = try family.sequenceClassification?(source) else { throw Missing.head }
            return model.loss(sequences, classes: golden.labels.classes, factor: 1 / Float(sequences.count))
        default:
            guard let model = try family.questionAnswering?(source) else { throw Missing.head }
            return model.loss(
                sequences, spans: labels.map { $0[0]..<$0[1] + 1 }, factor: 1 / Float(sequences.count))
        }
    }

    enum Missing: Error { case family, head }
}
