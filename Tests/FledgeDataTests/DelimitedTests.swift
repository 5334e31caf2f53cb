import FledgeData
import FledgeTemplates
import Foundation
import Testing

@Suite("Separated values")
struct DelimitedTests {
    /// The rows of a file, read `chunk` bytes at a time; nil if a quotation mark is not closed.
    private func rows(at path: String, separator: UInt8, chunk: Int) throws -> [[String]]? {
        let stream = try ByteStream(path: path, chunk: chunk)
        do throws(DataError) {
            return try rows(of: stream, separator: separator)
        } catch {
            #expect("\(error)".contains("a quotation mark opens here and is never closed"))
            return nil
        }
    }

    private func rows(of stream: ByteStream, separator: UInt8) throws(DataError) -> [[String]] {
        let options = DelimitedOptions(separator: separator)
        let parser = DelimitedParser(options: options, names: nil)
        let framer = DelimitedFramer(separator: separator, quote: options.quote)
        var rows: [[String]] = []
        while let frame = try framer.next(in: stream) { rows.append(try parser.values(of: frame, in: "case.csv")) }
        return rows
    }

    @Test func `hostile texts are read as Python's csv module reads them, whatever the size of the pieces`() throws {
        guard case .object(let golden) = try Fixture.json("csv.json"), case .array(let cases)? = golden["cases"] else {
            Issue.record("the fixture has no cases")
            return
        }
        #expect(cases.count == 1066)
        let directory = try TemporaryDirectory()
        for value in cases {
            let golden = try GoldenRows(value)
            let path = try directory.write(golden.text, to: "case.csv")
            for chunk in [4, 7, 64, 1 << 18] {
                let found = try rows(at: path, separator: golden.separator, chunk: chunk)
                #expect(found == golden.rows, "\(golden.text.debugDescription) with chunks of \(chunk)")
            }
        }
    }

    @Test func `the first line names the columns`() throws {
        let read = try records(of: "\u{FEFF}text,label\r\n\"a, b\nc\",1\r\n\r\nd,0\r\n", named: "a.csv")
        #expect(read == [["text": "a, b\nc", "label": "1"], ["text": "d", "label": "0"]])
        #expect(read.map(\.place?.line) == [2, 5])
        #expect(try read[0].integer(of: "label") == 1)
    }

    @Test func `columns without names are numbered, and names can be given`() throws {
        #expect(
            try records(of: "a\tb\n", named: "a.tsv", format: .delimited(DelimitedOptions(separator: 9, header: .none)))
                == [["column1": "a", "column2": "b"]])
        #expect(
            try records(
                of: "a \"b\t1\n", named: "a.tsv",
                format: .delimited(DelimitedOptions(separator: 9, quote: nil, header: .names(["text", "label"]))))
                == [["text": "a \"b", "label": "1"]])
        #expect(try records(of: "", named: "a.csv") == [])
        #expect(try records(of: "a,b\n", named: "a.csv") == [])
    }

    @Test func `errors say the line and what to do`() throws {
        #expect(
            try failure(of: "a,b\n1,2\n\"3\n4\",5\n6\n7,8\n", named: "a.csv")
                == "a.csv: line 5: there are 1 values, and the file has 2 columns. Correct the line, put values that "
                + "hold the separator between quotation marks, or give the right separator.")
        #expect(
            try failure(of: "a,b\n1,2\n3,\"4\n5,6\n", named: "a.csv")
                == "a.csv: line 3: a quotation mark opens here and is never closed. Close it, or say that the file has "
                + "no quotation marks around values.")
        #expect(
            try failure(of: "a,a\n1,2\n", named: "a.csv")
                == "a.csv: line 1: two columns have one name. Give the columns' names, or say that the file has none.")
    }
}

extension Record {
    /// The members of an object.
    init?(_ value: Value) {
        guard case .object(let object) = value else { return nil }
        self.init(object)
    }
}

/// What Python's csv module makes of a text.
private struct GoldenRows {
    let text: String
    let separator: UInt8
    /// nil if a quotation mark is not closed.
    var rows: [[String]]?

    init(_ value: Value) throws {
        let record = try #require(Record(value))
        text = try record.text(of: "text")
        separator = try #require(try record.text(of: "separator").utf8.first)
        guard case .array(let lists)? = record["rows"] else { return }
        rows = try lists.map { try Record(["row": $0]).texts(of: "row") }
    }
}
