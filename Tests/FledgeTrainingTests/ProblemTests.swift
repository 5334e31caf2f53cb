import FledgeModels
import FledgeNN
import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// Losses and gradients by torch and transformers, made by Tools/problem_golden.py.
@Suite struct ProblemTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let model: String
        let auto: String
        let problem: String?
        let smoothing: Float
        let inputIDs: [[Int]]
        let labels: OpaqueJSON
        let loss: Float
        let gradients: [String: [Float]]
        enum CodingKeys: String, CodingKey {
            case name, model, auto, problem, smoothing, labels, loss, gradients
            case inputIDs = "input_ids"
        }
        var testDescription: String { name }

        static let tasks: [String: LearningTask] = [
            "AutoModelForSequenceClassification": .sequenceClassification,
            "AutoModelForTokenClassification": .tokenClassification, "AutoModelForCausalLM": .causalLM,
            "AutoModelForSeq2SeqLM": .seq2SeqLM,
        ]

        func model(type: WeightType = .float32) throws -> LearningModel {
            let directory = Fixture.directory.appendingPathComponent(model)
            var config = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: directory.appendingPathComponent("config.json"))) as? [String: Any])
            if let problem { config["problem_type"] = problem }
            let model = try LearningModel(
                directory: directory, config: try JSONSerialization.data(withJSONObject: config),
                task: try #require(Case.tasks[auto]), type: type)
            model.labelSmoothing = smoothing
            return model
        }

        func batch() throws -> TrainingBatch {
            let all: [Labels]
            if problem == "multi_label_classification" || problem == "regression" {
                if let rows = try? labels.decoded(as: [[Float]].self) {
                    all = rows.map { .categories($0) }
                } else {
                    all = try labels.decoded(as: [Float].self).map { .categories([$0]) }
                }
            } else if let rows = try? labels.decoded(as: [[Int]].self) {
                all = rows.map { auto == "AutoModelForSeq2SeqLM" ? .target($0) : .tokens($0) }
            } else {
                all = try labels.decoded(as: [Int].self).map { .category($0) }
            }
            return TrainingBatch(examples: zip(inputIDs, all).map { TrainingExample(inputIDs: $0, labels: $1) })
        }
    }

    static let cases: [Case] = {
        struct File: Decodable { let cases: [Case] }
        let path = Fixture.directory.deletingLastPathComponent()
            .appendingPathComponent("FledgeTrainingTests/Fixtures/problems.json")
        return ((try? JSONDecoder().decode(File.self, from: Data(contentsOf: path)))?.cases) ?? []
    }()

    @Test func `There are all seven cases`() { #expect(Self.cases.count == 7) }

    @Test(arguments: cases)
    func `Losses of every problem type and of smoothed labels, and their gradients, are torch's`(item: Case) throws {
        let model = try item.model()
        let batch = try item.batch()
        let loss = try model.loss(batch, factor: 1 / Float(model.labelCount(batch)))
        #expect(abs(loss.scalars[0] - item.loss) <= 1e-5 * max(1, abs(item.loss)))
        loss.backward()
        #expect(!item.gradients.isEmpty)
        for (name, wanted) in item.gradients {
            // A file of a bare model has no prefix.
            let short = name.hasPrefix("transformer.") ? String(name.dropFirst("transformer.".count)) : name
            let parameter = model.parameters[name] ?? model.parameters[short]
            let values = try #require(parameter?.gradient?.scalars, "\(name)")
            let scale = wanted.map(abs).max() ?? 0
            let error = zip(values, wanted).map { abs($0 - $1) }.max() ?? .infinity
            #expect(values.count == wanted.count && error <= 1e-4 * scale, "\(name): off by \(error) of \(scale)")
        }
    }

    @Test func `Labels of another problem type are an error`() throws {
        let item = try #require(Self.cases.first { $0.name == "several classes" })
        let model = try item.model()
        for labels in [Labels.category(1), .categories([1, 0]), .tokens([1, 2])] {
            let batch = TrainingBatch(examples: [TrainingExample(inputIDs: [3, 4], labels: labels)])
            #expect(message { _ = try model.loss(batch, factor: 1) }.hasPrefix("an example's labels are not those of "))
        }
    }
}
