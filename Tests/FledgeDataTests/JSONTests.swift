import FledgeData
import FledgeTemplates
import Foundation
import Testing

@Suite("JSON")
struct JSONTests {
    @Test func `lines are objects of any values, in the order of their members`() throws {
        let read = try records(
            of: "\u{FEFF}{\"z\": \"ä\\u20ac\\n\", \"a\": [1, -2.5, null], \"m\": {\"k\": true}}\r\n\n  \n{\"z\": 1e3}",
            named: "a.jsonl")
        #expect(read == [["z": "ä€\n", "a": [1, -2.5, nil], "m": ["k": true]], ["z": 1000.0]])
        #expect(read.map(\.names) == [["z", "a", "m"], ["z"]])
        #expect(read.map(\.place?.line) == [1, 4])
    }

    @Test func `a broken line is named, and reading can go on behind it`() throws {
        let directory = try TemporaryDirectory()
        let lines = (1...1000).map { $0 == 900 ? "{\"a\": 900," : "{\"a\": \($0)}" }
        let path = try directory.write(lines.joined(separator: "\n"), to: "a.jsonl")
        let reader = try RecordReader(try DataSet(path: path))
        var count = 0
        do {
            while try reader.next() != nil { count += 1 }
            Issue.record("there is no error")
        } catch {
            #expect(
                error
                    == .malformed(
                        file: path, line: 900, problem: "column 11: a key in quotation marks is expected",
                        remedy: "Correct the line, or leave it out."))
        }
        #expect(count == 899)
        #expect(try reader.next() == ["a": 901])
    }

    @Test func `what is no object, no UTF-8 or nested too deep is an error with its line`() throws {
        #expect(
            try failure(of: "{}\n[1]\n", named: "a.jsonl")
                == "a.jsonl: line 2: a record should be an object, and there is a list. Correct the line, or leave it out."
        )
        let directory = try TemporaryDirectory()
        let path = try directory.write(Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), to: "a.jsonl")
        #expect(
            throws: DataError.malformed(
                file: path, line: 1, problem: "the record is not UTF-8",
                remedy: "Convert the file to UTF-8, for instance with iconv.")
        ) { try records(try DataSet(path: path)) }
        let deep = "{\"a\":" + String(repeating: "[", count: 100_000)
        #expect(
            try failure(of: deep, named: "a.jsonl").hasPrefix(
                "a.jsonl: line 1: column 69: the values nest deeper than 64"))
    }

    @Test(arguments: [
        "[{\"a\": \"x, ] } \\\" \\\\\"}, {\"a\": [1, {\"b\": 2}]}\n,{\"a\": null}]",
        "{\"version\": \"1, [2]\", \"n\": {\"x\": [0]}, \"data\": [{\"a\": \"x, ] } \\\" \\\\\"},\n{\"a\": [1, {\"b\": 2}]}, {\"a\": null}], \"z\": 1}",
    ])
    func `a file may be one list, or an object that holds one`(text: String) throws {
        let expected: [Record] = [["a": "x, ] } \" \\"], ["a": [1, ["b": 2]]], ["a": nil]]
        #expect(try records(of: text, named: "a.json") == expected)
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "b.json")
        for chunk in 4..<40 {
            let stream = try ByteStream(path: path, chunk: chunk)
            let framer = JSONListFramer(field: text.hasPrefix("{") ? "data" : nil)
            var found: [Value] = []
            while let frame = try framer.next(in: stream) { found.append(try Value(json: frame.bytes)) }
            #expect(found.compactMap { Record($0) } == expected, "chunks of \(chunk)")
        }
    }

    @Test func `a list is found under its name`() throws {
        let text = "{\"a\": [{\"x\": 1}], \"b\" : [{\"x\": 2}]}"
        #expect(try records(of: text, named: "a.json", format: .json(field: "b")) == [["x": 2]])
        #expect(try records(of: text, named: "a.json") == [["x": 1]])
        #expect(try records(of: "[]", named: "a.json") == [])
        #expect(try records(of: " [ ] ", named: "a.json") == [])
    }

    @Test func `a .json file with an object a line is one of JSON lines`() throws {
        #expect(try records(of: "{\"a\": [1]}\n{\"a\": [2]}\n", named: "a.json") == [["a": [1]], ["a": [2]]])
    }

    @Test(arguments: [
        ("[{\"a\": 1},\n{\"a\": 2}", "line 2: the file ends inside a value that begins here"),
        ("[{\"a\": 1}, ", "line 1: the file ends inside the list of records"),
        ("[{\"a\": 1},\n]", "line 2: a record is missing"),
        ("[{\"a\": 1}\n{\"a\": 2}]", "line 2: column 1: there is text behind the value"),
        ("{\"a\": 1}", "line 1: the object has no list of records"),
        ("7", "line 1: a list of records is expected, or an object that holds one"),
        ("[\n{\"a\":\n x}]", "line 3: column 2: this is not a JSON value"),
        ("[{\"a\": 1", "line 1: the file ends inside a value that begins here"),
        ("", "line 1: a list of records is expected, or an object that holds one"),
    ])
    func `a broken list is an error with its line`(text: String, problem: String) throws {
        let failure = try failure(of: text, named: "a.json", format: .json())
        #expect(failure.hasPrefix("a.json: \(problem). "), "\(failure)")
    }
}
