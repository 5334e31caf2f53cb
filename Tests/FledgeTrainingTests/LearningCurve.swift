import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// A batch of Tests/Fixtures and what torch makes of ten steps with it; see Tools/fixture_training.py.
struct LearningCurve: Sendable, CustomTestStringConvertible {
    /// Below Tests/Fixtures.
    let path: String

    static let all: [LearningCurve] = {
        let manager = FileManager.default
        let root = Fixture.directory
        let families = (try? manager.contentsOfDirectory(atPath: root.appendingPathComponent("families").path)) ?? []
        let others = (try? manager.contentsOfDirectory(atPath: root.path)) ?? []
        return (families.map { "families/" + $0 } + others).filter {
            manager.fileExists(atPath: root.appendingPathComponent($0 + "/training.json").path)
        }.sorted().map { LearningCurve(path: $0) }
    }()

    var testDescription: String { path }
    var directory: URL { Fixture.directory.appendingPathComponent(path) }

    struct Golden: Decodable {
        let head: String
        let inputs: [[Int]]
        let labels: OpaqueJSON
        let learningRate: Float
        let weightDecay: Float
        let losses: [Float]
        enum CodingKeys: String, CodingKey {
            case head, labels, losses
            case inputs = "input_ids"
            case learningRate = "learning_rate"
            case weightDecay = "weight_decay"
        }
    }

    func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: directory.appendingPathComponent("training.json")))
    }

    static let tasks: [String: LearningTask] = [
        "causal": .causalLM, "masked": .maskedLM, "seq2seq": .seq2SeqLM, "class": .sequenceClassification,
        "token": .tokenClassification, "span": .questionAnswering,
    ]

    func batch(_ golden: Golden) throws -> TrainingBatch {
        let labels: [Labels]
        switch golden.head {
        case "class": labels = try golden.labels.decoded(as: [Int].self).map { .category($0) }
        case "span": labels = try golden.labels.decoded(as: [[Int]].self).map { .span(start: $0[0], end: $0[1]) }
        case "seq2seq": labels = try golden.labels.decoded(as: [[Int]].self).map { .target($0) }
        default: labels = try golden.labels.decoded(as: [[Int]].self).map { .tokens($0) }
        }
        return TrainingBatch(examples: zip(golden.inputs, labels).map { TrainingExample(inputIDs: $0, labels: $1) })
    }

    func model(_ golden: Golden, engine: Engine = .shared) throws -> LearningModel {
        let task = try #require(LearningCurve.tasks[golden.head])
        return try LearningModel(directory: directory, task: task, engine: engine)
    }

    /// Torch's gradient of every tensor of the file.
    func gradients() throws -> SafetensorsFile {
        try SafetensorsFile(path: directory.appendingPathComponent("training.safetensors").path)
    }
}
