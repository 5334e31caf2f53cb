import FledgeData
import FledgeTemplates
import Foundation
import Testing

@Suite("Damaged files")
struct FuzzTests {
    private static let formats: [(name: String, text: String)] = [
        (
            "a.jsonl",
            "{\"text\": \"a\\u00e9 \\\"b\\\"\", \"n\": [1, -2.5e3, null]}\n{\"text\": \"\", \"m\": {\"k\": true}}\n"
        ),
        (
            "a.json",
            "{\"v\": \"1\", \"data\": [{\"text\": \"a\"}, {\"text\": \"]\", \"m\": {\"k\": [1, 2]}}], \"z\": 0}"
        ),
        ("b.json", "[{\"text\": \"a\"},\n{\"text\": \"é\"}]"),
        ("a.csv", "text,label\r\n\"a, \"\"b\"\"\nc\",1\r\nd,2\r\n"),
        ("a.conll", "EU\tB-ORG\nrejects\tO\n\nx\tO\n"),
        ("a.txt", "one\r\n\r\ntwo\n"),
    ]

    @Test(arguments: formats.indices)
    func `whatever bytes are changed, there are records or an error, and every position can be resumed`(index: Int)
        throws
    {
        let (name, text) = Self.formats[index]
        let directory = try TemporaryDirectory()
        var generator = Bytes(state: UInt64(index))
        var errors = 0
        for _ in 0..<400 {
            var bytes = Array(text.utf8)
            for _ in 0...generator.next(4) { mutate(&bytes, &generator) }
            let path = try directory.write(bytes, to: name)
            do throws(DataError) {
                let dataSet = try DataSet(path: path)
                let whole = try read(try RecordReader(dataSet))
                let reader = try RecordReader(dataSet)
                _ = try reader.next()
                let rest = try read(try RecordReader(dataSet, from: reader.position))
                #expect(rest == Array(whole.dropFirst()))
                let index = try IndexedDataSet(dataSet).reader()
                #expect(try index.next() == whole.first)
            } catch {
                errors += 1
                #expect("\(error)".hasPrefix(path + ": "))
            }
        }
        #expect(errors < 400)
    }

    private func read(_ reader: RecordReader) throws(DataError) -> [Record] {
        var records: [Record] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout Bytes) {
        let likely = Array("\"\\{}[],:\n\r\t 0".utf8) + [0, 0xEF, 0xBB, 0xBF, 0xFF, 0x1F, 0x8B]
        let place = generator.next(bytes.count + 1)
        switch generator.next(3) {
        case 0 where place < bytes.count: bytes[place] = likely[generator.next(likely.count)]
        case 1 where place < bytes.count: bytes.remove(at: place)
        default: bytes.insert(likely[generator.next(likely.count)], at: place)
        }
    }

    /// SplitMix64.
    private struct Bytes {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
        }
    }

    @Test func `a compressed file with changed bytes gives records or an error`() throws {
        let directory = try TemporaryDirectory()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Fixture.path("members.jsonl.gz"))))
        var generator = Bytes(state: 9)
        for _ in 0..<100 {
            var bytes = whole
            for _ in 0...generator.next(3) { bytes[generator.next(bytes.count)] ^= UInt8(1 + generator.next(255)) }
            if generator.next(3) == 0 { bytes.removeLast(generator.next(bytes.count)) }
            let path = try directory.write(bytes, to: "a.jsonl.gz")
            do throws(DataError) {
                #expect(try read(try RecordReader(try DataSet(path: path))).count <= 3000)
            } catch {
                #expect("\(error)".hasPrefix(path + ": "))
            }
        }
    }
}
