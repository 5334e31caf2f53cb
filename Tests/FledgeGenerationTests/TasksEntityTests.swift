import FledgeGeneration
import FledgeModels
import FledgeTokenizers
import Foundation
import Testing

@Suite struct TasksEntityTests {
    struct Arguments: Decodable {
        let aggregationStrategy: EntityAggregation
        let stride: Int?
    }
    struct Expected: Decodable {
        let entity: String?
        let entityGroup: String?
        let score: Float
        let index: Int?
        let word: String
        let start: Int
        let end: Int
    }

    private func recognizer() throws -> EntityRecognizer {
        try .from(directory: TasksSupport.directory("bert-tiny-ner"))
    }

    @Test(arguments: ["bert-tiny-ner", "roberta-tiny-ner"])
    func `entities are those of transformers' pipeline in every way of aggregation`(name: String) throws {
        let recognizer = try EntityRecognizer.from(directory: TasksSupport.directory(name))
        let golden = try PipelineGolden<Arguments, String, [Expected]>(name)
        var compared = 0
        for golden in golden.cases {
            let strategy = golden.arguments.aggregationStrategy
            let results = try recognizer.recognize(
                golden.inputs, aggregation: strategy, stride: golden.arguments.stride)
            for ((text, result), expected) in zip(zip(golden.inputs, results), golden.outputs) {
                #expect(result.count == expected.count, "\(strategy) \(text)")
                for (one, other) in zip(result, expected) {
                    #expect(one.label == other.entity ?? other.entityGroup)
                    #expect(one.word == other.word)
                    #expect(one.start == other.start && one.end == other.end && one.index == other.index)
                    #expect(abs(one.score - other.score) < TasksSupport.tolerance)
                    compared += 1
                }
            }
        }
        #expect(golden.cases.prefix(5).map(\.arguments.aggregationStrategy) == EntityAggregation.allCases)
        #expect(compared == golden.cases.flatMap(\.outputs).map(\.count).reduce(0, +))
        #expect(compared > 100)
    }

    @Test func `an entity's range and scalars are the same place`() throws {
        let text = "Café Zürich isn't far from Ålesund. ☃ Milo orders a coffee."
        let entities = try recognizer().recognize(text, aggregation: .average, ignoring: [])
        #expect(!entities.isEmpty)
        for entity in entities {
            let scalars = Array(text.unicodeScalars)[entity.start..<entity.end]
            #expect(String(text[entity.range(in: text)]) == String(String.UnicodeScalarView(scalars)))
        }
    }

    @Test func `a batch gives what one text after the other gives`() throws {
        let recognizer = try recognizer()
        let together = try recognizer.recognize(TasksSupport.texts, ignoring: [])
        for (text, entities) in zip(TasksSupport.texts, together) {
            let alone = try recognizer.recognize(text, ignoring: [])
            #expect(alone.map(\.word) == entities.map(\.word))
            #expect(alone.map(\.label) == entities.map(\.label))
        }
    }

    @Test func `windows find what lies behind the model's limit and nothing twice`() throws {
        let recognizer = try recognizer()
        let text = String(repeating: "The ferry leaves the harbour at half past seven. ", count: 12)
        let cut = try recognizer.recognize(text)
        let whole = try recognizer.recognize(text, stride: 16)
        #expect((cut.last?.end ?? 0) < 200)
        #expect((whole.last?.end ?? 0) > 500)
        for (one, next) in zip(whole, whole.dropFirst()) { #expect(one.end <= next.start) }
    }

    @Test func `ignored labels are left out`() throws {
        let entities = try recognizer().recognize(TasksSupport.texts, ignoring: ["O", "LOC"]).flatMap { $0 }
        #expect(Set(entities.map(\.label)) == ["PER"])
    }

    @Test func `words are put together from pieces, unknown ones among them`() throws {
        let pieces = try recognizer().tokenizer
        #expect(pieces.continuingSubwordPrefix == "##")
        #expect(pieces.convertTokensToString(["fer", "##ry", "☃", "no", "."]) == "ferry ☃ no.")
        let bytes = try EntityRecognizer.from(directory: TasksSupport.directory("roberta-tiny-ner")).tokenizer
        #expect(bytes.continuingSubwordPrefix == nil)
        #expect(bytes.convertTokensToString(["Ġthe", "Ġfer", "ry"]) == " the ferry")
    }

    @Test func `JSON has transformers' names`() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let text = "The ferry leaves the harbour at half past seven."
        for (aggregation, expected) in [
            (EntityAggregation.none, ["end", "entity", "index", "score", "start", "word"]),
            (.simple, ["end", "entity_group", "score", "start", "word"]),
        ] {
            let entity = try #require(try recognizer().recognize(text, aggregation: aggregation).first)
            let object = try JSONSerialization.jsonObject(with: encoder.encode(entity)) as? [String: Any]
            #expect(object?.keys.sorted() == expected)
        }
    }
}
