import FledgeData
import FledgeTemplates
import Foundation
import Testing

@Suite("Data sets")
struct DataSetTests {
    /// A directory with 300 records in three files of different formats.
    private let directory: TemporaryDirectory
    private let dataSet: DataSet

    init() throws {
        directory = try TemporaryDirectory()
        let line = { (number: Int) in "{\"id\": \"\(number)\", \"text\": \"text \(number)\"}" }
        _ = try directory.write((0..<100).map { line($0) + "\n" }.joined(), to: "a.jsonl")
        _ = try directory.write("[" + (100..<200).map(line).joined(separator: ",\n") + "]", to: "b.json")
        _ = try directory.write("id,text\n" + (200..<300).map { "\($0),\"text \($0)\"\n" }.joined(), to: "c.csv")
        dataSet = try DataSet(path: directory.path)
    }

    private static func ids(_ records: [Record]) throws -> [Int] { try records.map { try $0.integer(of: "id") } }

    @Test func `files of a directory follow one another, whatever their format`() async throws {
        #expect(try Self.ids(try records(dataSet)) == Array(0..<300))
        var streamed: [Record] = []
        for try await record in dataSet { streamed.append(record) }
        #expect(try Self.ids(streamed) == Array(0..<300))
        #expect(try records(dataSet)[250] == ["id": "250", "text": "text 250"])
    }

    @Test func `choices apply in their order`() throws {
        #expect(try Self.ids(try records(dataSet.skipping(98).taking(4))) == [98, 99, 100, 101])
        #expect(try Self.ids(try records(dataSet.taking(4).skipping(3))) == [3])
        #expect(try Self.ids(try records(dataSet.taking(0))) == [])
        let shards = try (0..<7).map { try Self.ids(try records(try dataSet.shard($0, of: 7))) }
        #expect(shards.flatMap { $0 }.sorted() == Array(0..<300))
        #expect(shards[1].prefix(3) == [1, 8, 15])
        #expect(
            throws: DataError.invalidOption(
                name: "shard", problem: "there is no shard 7 of 7",
                remedy: "Shards are numbered from 0 to one less than their count.")
        ) { try dataSet.shard(7, of: 7) }
    }

    @Test func `parts are disjoint, together all, and independent of the order`() throws {
        let parts = try [0..<0.8, 0.8..<0.9, 0.9..<1].map { try Self.ids(try records(dataSet.part($0, seed: 3))) }
        #expect(parts.flatMap { $0 }.sorted() == Array(0..<300))
        // 300 × 0.8, and four standard deviations.
        #expect(abs(parts[0].count - 240) < 28)
        #expect(
            try Self.ids(try records(dataSet.skipping(150).part(0..<0.8, seed: 3))) == parts[0].filter { $0 >= 150 })
        #expect(try Self.ids(try records(dataSet.part(0..<0.8, seed: 4))) != parts[0])
    }

    @Test func `fields are renamed and selected`() throws {
        let renamed = dataSet.renaming(["text": "document"]).selecting(["document"])
        #expect(try records(renamed.taking(1)) == [["document": "text 0"]])
        #expect(
            throws: DataError.malformed(
                file: directory.path + "/a.jsonl", line: 1, problem: "there is no field “title”",
                remedy: "The record has “id”, “text”: name one of them, or rename it.")
        ) { try records(dataSet.selecting(["title"])) }
    }

    @Test func `a saved position gives the records that would have followed`() throws {
        let chosen = try dataSet.skipping(5).part(0..<0.7).shard(1, of: 2).taking(90)
        let all = try records(chosen)
        #expect(all.count == 90)
        for count in 0...90 {
            let reader = try RecordReader(chosen)
            for _ in 0..<count { _ = try reader.next() }
            let saved = try JSONEncoder().encode(reader.position)
            let resumed = try RecordReader(chosen, from: try JSONDecoder().decode(DataPosition.self, from: saved))
            var rest: [Record] = []
            while let record = try resumed.next() { rest.append(record) }
            #expect(rest == Array(all[count...]))
            #expect(rest.map(\.place) == all[count...].map(\.place))
        }
    }

    @Test func `any order is read with the files' records, and mixed by the seed and the epoch`() throws {
        let index = try IndexedDataSet(try dataSet.shard(0, of: 2).selecting(["id"]))
        #expect(index.count == 150)
        func read(_ order: RecordOrder, from start: Int = 0) throws -> [Record] {
            let reader = index.reader(order: order, from: start)
            var records: [Record] = []
            while let record = try reader.next() { records.append(record) }
            return records
        }
        let inOrder = try read(.files)
        #expect(
            inOrder
                == (try records(dataSet)).enumerated().filter { $0.offset % 2 == 0 }.map {
                    ["id": $0.element["id"] ?? nil]
                })
        #expect(inOrder.map(\.place) == (try records(try dataSet.shard(0, of: 2))).map(\.place))
        let first = try read(.shuffled(seed: 1, epoch: 0))
        #expect(try Self.ids(first).sorted() == (try Self.ids(inOrder)))
        #expect(first == (try read(.shuffled(seed: 1, epoch: 0))))
        #expect(first != (try read(.shuffled(seed: 1, epoch: 1))))
        #expect(first != (try read(.shuffled(seed: 2, epoch: 0))))
        #expect(try read(.shuffled(seed: 1, epoch: 0), from: 140) == Array(first[140...]))
    }

    @Test func `orders are the same on every machine, and all equally likely`() {
        #expect(RecordOrder.shuffled(seed: 1, epoch: 0).indices(count: 10) == [6, 2, 1, 7, 8, 4, 9, 5, 0, 3])
        var counts: [[Int]: Int] = [:]
        for seed in 0..<6000 {
            counts[RecordOrder.shuffled(seed: UInt64(seed), epoch: 0).indices(count: 3), default: 0] += 1
        }
        #expect(counts.count == 6)
        // 1000 each, and five standard deviations.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 145 })
    }

    @Test func `a file that has become shorter since it was indexed is an error`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("{\"a\": 1}\n{\"a\": 2}\n", to: "a.jsonl")
        let index = try IndexedDataSet(try DataSet(path: path))
        _ = try directory.write("{\"a\": 1}\n", to: "a.jsonl")
        let reader = index.reader()
        #expect(try reader.next() == ["a": 1])
        #expect(throws: DataError.changed(file: path, problem: "it ends before the record of line 2")) {
            try reader.next()
        }
    }

    @Test func `splits are found by the names of files and folders`() throws {
        let directory = try TemporaryDirectory()
        for name in [
            "train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl", "val.csv", "test/part.txt.gz", "notes.md",
        ] {
            _ = try directory.write("x", to: name)
        }
        let splits = try LocalDirectory(path: directory.path).splits()
        #expect(
            splits.mapValues { $0.map { String($0.path.dropFirst(directory.path.count + 1)) } } == [
                "train": ["train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl"], "validation": ["val.csv"],
                "test": ["test/part.txt.gz"],
            ])
        #expect(
            throws: DataError.invalidOption(
                name: "split", problem: "\(directory.path) has no split “dev”",
                remedy: "It has “test”, “train”, “validation”.")
        ) { try LocalDirectory(path: directory.path).dataSet(split: "dev") }
    }

    @Test func `a place without data is an error`() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: DataError.noFiles(path: directory.path)) { try DataSet(path: directory.path) }
        #expect(
            throws: DataError.unreadable(file: directory.path + "/x.csv", reason: "there is no such file or directory")
        ) { try DataSet(path: directory.path + "/x.csv") }
    }
}
