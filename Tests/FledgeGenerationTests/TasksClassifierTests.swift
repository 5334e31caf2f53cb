import FledgeGeneration
import FledgeModels
import FledgeTokenizers
import Foundation
import Testing

@Suite struct TasksClassifierTests {
    struct Arguments: Decodable {
        /// As the pipeline has it: 1 where it is not mentioned, all for null.
        let topK: Int?
        let function: TextClassifier.ScoreFunction?
        enum CodingKeys: String, CodingKey {
            case topK
            case function = "functionToApply"
        }
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            topK = container.contains(.topK) ? try container.decodeIfPresent(Int.self, forKey: .topK) : 1
            function = try container.decodeIfPresent(TextClassifier.ScoreFunction.self, forKey: .function)
        }
    }

    private func classifier() throws -> TextClassifier {
        try .from(directory: TasksSupport.directory("bert-tiny-classify"))
    }

    @Test func `labels and scores are those of transformers' pipeline`() throws {
        let classifier = try classifier()
        let golden = try PipelineGolden<Arguments, String, [ClassScore]>("bert-tiny-classify")
        var compared = 0
        for golden in golden.cases {
            let results = try classifier.classify(
                golden.inputs, topK: golden.arguments.topK, function: golden.arguments.function)
            for (result, expected) in zip(results, golden.outputs) {
                #expect(result.map(\.label) == expected.map(\.label))
                for (one, other) in zip(result, expected) {
                    #expect(abs(one.score - other.score) < TasksSupport.tolerance)
                    compared += 1
                }
            }
        }
        #expect(compared == 12 * (1 + 3 + 2 + 3 + 3))
    }

    struct Pair: Decodable {
        let text: String
        var textPair: String?
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else {
                let pair = try container.decode([String: String].self)
                (text, textPair) = (pair["text"] ?? "", pair["text_pair"])
            }
        }
    }

    @Test func `labels and scores of RoBERTa are those of transformers' pipeline, of pairs too`() throws {
        let classifier = try TextClassifier.from(directory: TasksSupport.directory("roberta-tiny-classify"))
        let golden = try PipelineGolden<Arguments, Pair, [ClassScore]>("roberta-tiny-classify")
        var compared = 0
        for golden in golden.cases {
            let results = try classifier.classify(
                pairs: golden.inputs.map { ($0.text, $0.textPair) }, topK: golden.arguments.topK,
                function: golden.arguments.function)
            for (result, expected) in zip(results, golden.outputs) {
                #expect(result.map(\.label) == expected.map(\.label))
                for (one, other) in zip(result, expected) {
                    #expect(abs(one.score - other.score) < TasksSupport.tolerance)
                    compared += 1
                }
            }
        }
        #expect(golden.cases[3].inputs.allSatisfy { $0.textPair?.isEmpty == false })
        #expect(compared == 12 * (1 + 3 + 3) + 7 * 3)
    }

    @Test(arguments: [1, 40, 4096]) func `a batch gives what one text after the other gives`(tokens: Int) throws {
        var classifier = try classifier()
        classifier.batchTokens = tokens
        var progress: [[Int]] = []
        let together = try classifier.classify(TasksSupport.texts, topK: nil) { progress.append([$0, $1]) }
        for (text, scores) in zip(TasksSupport.texts, together) {
            let alone = try classifier.classify(text, topK: nil)
            #expect(alone.map(\.label) == scores.map(\.label))
            for (one, other) in zip(alone, scores) { #expect(abs(one.score - other.score) < 1e-6) }
        }
        #expect(progress.last == [7, 7])
        #expect(progress.count == [1: 7, 40: 4, 4096: 1][tokens])
    }

    @Test func `a pair is another sequence than its texts joined`() throws {
        let classifier = try classifier()
        let pair = try classifier.classify("Anna thanked Ben.", pair: "No.", topK: nil, function: .logits)
        let joined = try classifier.classify("Anna thanked Ben. No.", topK: nil, function: .logits)
        #expect(abs(pair[0].score - joined[0].score) > 1e-3)
    }

    @Test func `a text that is too long is cut to what the model can take`() throws {
        let classifier = try classifier()
        let long = String(repeating: "the ferry leaves ", count: 500)
        #expect(try classifier.classify(long) == classifier.classify(long + "no"))
    }

    @Test(arguments: [
        ("", "softmax"), (#""problem_type": "regression","#, "none"),
        (#""problem_type": "multi_label_classification","#, "sigmoid"),
        (#""problem_type": "single_label_classification","#, "softmax"),
    ])
    func `the configuration decides how logits become scores`(field: String, expected: String) throws {
        let config = try String(
            contentsOf: TasksSupport.directory("bert-tiny-classify").appending(path: "config.json"), encoding: .utf8)
        let copy = try TasksSupport.copy(
            of: "bert-tiny-classify", ["config.json": "{" + field + config.dropFirst()])
        #expect(try TextClassifier.from(directory: copy.url).defaultFunction.rawValue == expected)
    }

    @Test func `one label without a problem type goes through a sigmoid`() throws {
        let model = try classifier().model
        let single = SequenceClassificationModel(
            backbone: model.backbone, pooling: model.pooling, head: model.head, labels: ClassLabels(names: ["score"]))
        #expect(TextClassifier(model: single, tokenizer: try classifier().tokenizer).defaultFunction == .sigmoid)
    }
}
