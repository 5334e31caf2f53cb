import FledgeData
import FledgeTemplates
import Testing

@Suite(
    "Data sets of the field", .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED)"))
struct SharedDataTests {
    @Test func `DialogSum is read whole`() throws {
        let train = try records(try DataSet(path: Shared.path("dialogsum/train.jsonl")))
        #expect(train.count == 12_460)
        #expect(train[0].names == ["fname", "dialogue", "summary", "topic"])
        #expect(try train.allSatisfy { try !$0.text(of: "dialogue").isEmpty && !$0.text(of: "summary").isEmpty })
        let splits = try LocalDirectory(path: Shared.path("dialogsum")).splits()
        #expect(splits.mapValues(\.count) == ["train": 1, "validation": 1])
    }

    @Test func `SST-2 is read whole`() throws {
        let format = DataFormat.delimited(
            DelimitedOptions(separator: UInt8(ascii: "\t"), header: .names(["sentence", "label"])))
        let train = try records(try DataSet(path: Shared.path("sst2/train.tsv"), format: format))
        #expect(train.count == 6920)
        #expect(try train.filter { try $0.integer(of: "label") == 1 }.count == 3610)
    }

    @Test func `WNUT-17 is read whole`() throws {
        let train = try records(try DataSet(path: Shared.path("wnut17/wnut17train.conll")))
        #expect(train.count == 3394)
        #expect(try train.reduce(0) { try $0 + $1.texts(of: "tokens").count } == 62_730)
        let dev = try records(try DataSet(path: Shared.path("wnut17/emerging.dev.conll")))
        #expect(dev.count == 1009)
    }
}
