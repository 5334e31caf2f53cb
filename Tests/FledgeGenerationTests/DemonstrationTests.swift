import FledgeData
import FledgeGeneration
import FledgeTemplates
import Foundation
import Testing

@Suite struct DemonstrationTests {
    private let pool = PromptSupport.pool

    @Test func `records are taken by their numbers, or the first ones`() throws {
        #expect(try PromptSupport.numbers(RecordsByIndex([7, 2, 2, 5]), 3) == [7, 2, 5])
        #expect(try PromptSupport.numbers(RecordsByIndex([7, 2]), 3) == [7, 2])
        #expect(try PromptSupport.numbers(RecordsByIndex(), 2) == [0, 1])
        #expect(
            PromptSupport.message { try PromptSupport.numbers(RecordsByIndex([12]), 1) }
                == "demonstrations: there is no record 12 of 12. Records are numbered from 0.")
        #expect(
            PromptSupport.message { try PromptSupport.numbers(RecordsByIndex(), -1) }
                == "demonstrations: -1 are wanted. Give 0 or more.")
    }

    @Test func `a seed gives the same records each time, and seeds give each record equally often`() throws {
        #expect(
            try PromptSupport.numbers(RandomRecords(seed: 1), 4) == PromptSupport.numbers(RandomRecords(seed: 1), 4))
        var counts = [Int](repeating: 0, count: 12)
        for seed in 0..<1200 {
            let chosen = try PromptSupport.numbers(RandomRecords(seed: UInt64(seed)), 3)
            #expect(Set(chosen).count == 3)
            for number in chosen { counts[number] += 1 }
        }
        // 300 each are expected, with a standard deviation of 15.
        #expect(counts.allSatisfy { abs($0 - 300) < 75 }, "\(counts)")
        #expect(try PromptSupport.numbers(RandomRecords(seed: 1), 40).sorted() == Array(0..<12))
        #expect(
            Array(try PromptSupport.numbers(RandomRecords(seed: 1), 9)[..<4])
                == (try PromptSupport.numbers(RandomRecords(seed: 1), 4)))
    }

    @Test func `labels take turns, and where one has too few the others fill its places`() throws {
        let pool = DemonstrationPool(pool)
        for seed in 0..<50 {
            let balanced = try BalancedRecords(pool, field: "label", seed: UInt64(seed))
            let four = try PromptSupport.numbers(balanced, 4)
            #expect(four.filter { $0 >= 9 }.count == 2 && Set(four).count == 4)
            #expect(zip(four, four.dropFirst()).allSatisfy { ($0 < 9) != ($1 < 9) }, "they alternate")
            let ten = try PromptSupport.numbers(balanced, 10)
            #expect(ten.filter { $0 >= 9 }.count == 3 && Set(ten).count == 10)
            #expect(try PromptSupport.numbers(balanced, 4) == four)
        }
        let odd = try (0..<50).map { seed in
            try PromptSupport.numbers(BalancedRecords(pool, field: "label", seed: UInt64(seed)), 3)
        }
        #expect(Set(odd.map { $0.filter { $0 >= 9 }.count }) == [1, 2], "chance says which label has one more")
        #expect(Set(odd.flatMap { $0 }).count == 12, "every record is chosen by some seed")
    }

    @Test func `the nearest record stands last, beside the query`() throws {
        // Vectors that turn from one record to the next, more each time.
        let embed: NearestRecords.Embed = { texts in
            texts.map { text in
                let number = Float(text.split(separator: " ").last.flatMap { Int($0) } ?? 0)
                return [cosf(number * number / 100), sinf(number * number / 100)]
            }
        }
        let nearest = try NearestRecords(DemonstrationPool(pool), text: { try $0.text(of: "text") }, embed: embed)
        #expect(try PromptSupport.numbers(nearest, 3, for: ["text": "near to 2"]) == [0, 1, 2])
        #expect(try PromptSupport.numbers(nearest, 2, for: ["text": "case number 5"]) == [6, 4])
    }

    @Test func `a real embedder finds the record that says the same`() throws {
        let embedder = try TextEmbedder.from(directory: TasksSupport.directory("st-tiny-mean"))
        let records: [Record] = TasksSupport.texts.map { ["text": .string($0), "label": "x"] }
        let template = try PromptTemplate(PromptSupport.template, file: "a")
        let nearest = try NearestRecords(
            DemonstrationPool(records), text: { try template.inputText(of: $0) }, embed: { try embedder.embed($0) })
        let query: Record = ["text": "Anna thanked Ben for his help!"]
        let chosen = try Demonstrations(DemonstrationPool(records), selection: nearest, count: 2)
            .records(for: query, inputs: ["text"])
        let cosines = try Similarity.cosines(
            [embedder.embed("Anna thanked Ben for his help!")], embedder.embed(TasksSupport.texts))[0]
        let order = cosines.indices.sorted { cosines[$0] > cosines[$1] }
        #expect(chosen == [records[order[1]], records[order[0]]])
        #expect(order[0] == 2)
    }

    @Test func `vectors of two lengths are an error, and so are too few`() throws {
        let records = DemonstrationPool(pool)
        let ragged = try NearestRecords(records, text: { try $0.text(of: "text") }) { texts in
            texts.map { [Float](repeating: 1, count: $0.hasSuffix("3") ? 2 : 3) }
        }
        #expect(throws: TaskError.self) { try PromptSupport.numbers(ragged, 1) }
        #expect(
            PromptSupport.message {
                try NearestRecords(records, text: { try $0.text(of: "text") }) { _ in [[1]] }
            } == "embeddings: 12 texts gave 1 vectors. Return a vector for each text.")
    }

    @Test func `a record is never a demonstration of itself`() throws {
        let nearest = try NearestRecords(DemonstrationPool(pool), text: { try $0.text(of: "text") }) { texts in
            texts.map { [Float($0.utf8.count), 1] }
        }
        let balanced = try BalancedRecords(DemonstrationPool(pool), field: "label", seed: 3)
        let selections: [any DemonstrationSelection] = [RecordsByIndex(), RandomRecords(seed: 3), balanced, nearest]
        for selection in selections {
            for number in pool.indices {
                let chosen = try PromptSupport.numbers(selection, 11, for: pool[number])
                #expect(chosen.sorted() == pool.indices.filter { $0 != number })
                #expect(try PromptSupport.numbers(selection, 12, for: pool[number]).count == 11)
            }
        }
        #expect(try PromptSupport.numbers(RecordsByIndex([4, 5]), 2, for: pool[4]) == [5])
        // The same text in another file, where its label may be another.
        let copy = Record(["text": pool[4].values[0], "label": "0"], place: .init(file: "copy.csv", line: 2))
        #expect(try PromptSupport.numbers(RecordsByIndex([4, 5]), 2, for: copy) == [5])
    }

    @Test func `a record of a file is known by its line`() throws {
        let directory = try TemporaryDirectory(["a.csv": "text,label\nsame,1\nsame,0\nother,1\n"])
        let index = try IndexedDataSet(try DataSet(path: directory.url.appending(path: "a.csv").path))
        var builder = try PromptSupport.builder()
        builder.demonstrations = Demonstrations(DemonstrationPool(index), selection: RecordsByIndex(), count: 2)
        var query = try index.reader().record(at: 0)
        query["text"] = "changed"
        let prompt = try builder.build(query)
        #expect(
            prompt.text == "Is it bad or good?\nText: same\nMood: bad\nText: other\nMood: good\nText: changed\nMood:")
        let fewer = try builder.build(try index.reader().record(at: 1))
        #expect(fewer.demonstrations == 1 && fewer.notes == [.fewerDemonstrations(found: 1, wanted: 2)])
    }
}
