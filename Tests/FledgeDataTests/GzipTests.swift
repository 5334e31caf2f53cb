import FledgeData
import FledgeTemplates
import Foundation
import Testing

@Suite("Compressed files")
struct GzipTests {
    private static let expected = (0..<3000).map { number -> Record in
        ["text": .string("line \(number) " + String(repeating: "x", count: number % 97))]
    }

    @Test func `members that follow one another are one file`() throws {
        #expect(try records(try DataSet(path: try Fixture.path("members.jsonl.gz"))) == Self.expected)
        #expect(try records(try DataSet(path: try Fixture.path("zeros.jsonl.gz"))) == Array(Self.expected[..<10]))
    }

    @Test func `a file is compressed if its first bytes say so`() throws {
        let directory = try TemporaryDirectory()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Fixture.path("members.jsonl.gz"))))
        #expect(try records(try DataSet(path: try directory.write(bytes, to: "a.jsonl"))).count == 3000)
        #expect(try records(of: "{\"a\": 1}", named: "a.jsonl.gz") == [["a": 1]])
    }

    @Test func `reading goes on at any record`() throws {
        let dataSet = try DataSet(path: try Fixture.path("members.jsonl.gz"))
        for count in [0, 1, 9, 10, 11, 1499, 1500, 2999, 3000] {
            let reader = try RecordReader(dataSet)
            for _ in 0..<count { _ = try reader.next() }
            let resumed = try RecordReader(dataSet, from: reader.position)
            #expect(try resumed.next() == (count < 3000 ? Self.expected[count] : nil))
        }
    }

    @Test(arguments: [
        ("cut.jsonl.gz", "its gzip data end before they are complete"),
        ("checksum.jsonl.gz", "its gzip data are damaged (incorrect data check)"),
    ])
    func `damage is an error`(name: String, reason: String) throws {
        let path = try Fixture.path(name)
        #expect(throws: DataError.unreadable(file: path, reason: reason)) { try records(try DataSet(path: path)) }
    }

    @Test func `records are mixed from a copy that has no name`() throws {
        let index = try IndexedDataSet(try DataSet(path: try Fixture.path("members.jsonl.gz")))
        #expect(index.count == 3000)
        let order = RecordOrder.shuffled(seed: 4, epoch: 1)
        let reader = index.reader(order: order)
        for number in order.indices(count: 3000) { #expect(try reader.next() == Self.expected[number]) }
        let names = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
        #expect(!names.contains { $0.hasPrefix("fledge-data-") && $0.utf8.count == "fledge-data-XXXXXX".utf8.count })
    }
}
