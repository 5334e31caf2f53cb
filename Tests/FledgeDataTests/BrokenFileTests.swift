import FledgeData
import FledgeTemplates
import Foundation
import Testing

/// Files that are broken as files of the field are, with what is wrong and on which line.
@Suite("Broken files") struct BrokenFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let name: String
        let bytes: [UInt8]
        /// How many records are read, those behind the errors included.
        let records: Int
        /// The beginnings of the errors, without the file's name.
        let errors: [String]

        var testDescription: String { what }

        init(_ what: String, _ name: String, _ text: String, _ records: Int, _ errors: String...) {
            self.init(what, name, Array(text.utf8), records, errors)
        }

        init(_ what: String, _ name: String, _ bytes: [UInt8], _ records: Int, _ errors: [String]) {
            (self.what, self.name, self.bytes, self.records, self.errors) = (what, name, bytes, records, errors)
        }
    }

    static let corpus = lines + lists + rows + texts

    private static let lines = [
        Case("nothing", "a.jsonl", "", 0),
        Case("a byte order mark alone", "a.jsonl", "\u{FEFF}", 0),
        Case("white space alone", "a.jsonl", "\r\n \t\n\n", 0),
        Case("no last line end", "a.jsonl", "{\"a\":1}\n{\"a\":2}", 2),
        Case("a cut last line", "a.jsonl", "{\"a\":1}\n{\"a\":2}\n{\"a\":", 2, "line 3: column 6: "),
        Case("an empty value", "a.jsonl", "{\"a\":}\n{\"a\":2}\n", 1, "line 1: column 6: this is not a JSON value"),
        Case(
            "a comma at the end", "a.jsonl", "{\"a\":1}\r\n{\"a\":1,}\r\n{}\r\n", 2,
            "line 2: column 8: a key in quotation"),
        Case(
            "two objects in a line", "a.jsonl", "{}\n{} {}\n{}\n", 2, "line 2: column 4: there is text behind the value"
        ),
        Case(
            "lines that end in CR alone", "a.jsonl", "{\"a\":1}\r{\"a\":2}\r", 0,
            "line 1: column 9: there is text behind"),
        Case("single quotation marks", "a.jsonl", "{}\n{'a':1}\n", 1, "line 2: column 2: a key in quotation marks"),
        Case(
            "no number", "a.jsonl", "{\"a\":NaN}\n{\"a\":-Infinity}\n{\"a\":+1}\n{\"a\":01}\n{\"a\":.5}\n{\"a\":1.}\n",
            0,
            "line 1: column 6: ", "line 2: column ", "line 3: column 6: ", "line 4: column ", "line 5: column 6: ",
            "line 6: column "),
        Case("numbers out of range", "a.jsonl", "{\"a\":1e999}\n{\"a\":123456789012345678901234567890}\n", 2),
        Case("an open string", "a.jsonl", "{\"a\":\"b}\n{\"a\":\"c\"}\n", 1, "line 1: column "),
        Case(
            "escapes that are none", "a.jsonl", "{\"a\":\"\\x\"}\n{\"a\":\"\\u12\"}\n{\"a\":\"\\ud800\"}\n{}\n", 2,
            "line 1: column ", "line 2: column "),
        Case(
            "a NUL between values and in a string", "a.jsonl", "{\"a\":\0 1}\n{\"a\":\"\0\"}\n{}\n", 1,
            "line 1: column 6: ", "line 2: column "),
        Case(
            "a tail of NULs, as after a crash", "a.jsonl", "{\"a\":1}\n" + String(repeating: "\0", count: 5000), 1,
            "line 2: column 1: this is not a JSON value"),
        Case(
            "values that are no objects", "a.jsonl", "[]\n1\n\"a\"\nnull\ntrue\n{}\n", 1,
            "line 1: a record should be an object, and there is a list",
            "line 2: a record should be an object, and there is",
            "line 3: a record should be", "line 4: a record should be", "line 5: a record should be"),
        Case(
            "deep nesting", "a.jsonl",
            "{}\n{\"a\":" + String(repeating: "[", count: 200_000) + "\n{\"a\":"
                + String(repeating: "{\"a\":", count: 9999)
                + "\n{}\n", 2, "line 2: column 69: the values nest deeper than 64", "line 3: column "),
        Case(
            "a line of a million characters with a fault at its end", "a.jsonl",
            "{}\n{\"a\":\"" + String(repeating: "é", count: 1_000_000) + "\"]\n{}\n", 2, "line 2: column 1000008: "),
        Case(
            "bytes that are no UTF-8", "a.jsonl", Array("{}\n{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}\n{}\n".utf8),
            2,
            ["line 2: the record is not UTF-8. Convert the file to UTF-8"]),
        Case(
            "half of a character at the end", "a.jsonl", Array("{}\n{\"a\":\"".utf8) + [0xE2, 0x82], 1,
            ["line 2: the record is not UTF-8"]),
        Case(
            "UTF-16", "a.jsonl", [0xFF, 0xFE] + Array("{}\n".utf8).flatMap { [$0, 0] }, 0,
            ["line 1: the record is not UTF-8", "line 2: column 1: "]),
    ]

    private static let lists = [
        Case(
            "a cut list", "a.json", "[\n{\"a\":1},\n{\"a\":2},\n", 2, "line 4: the file ends inside the list of records"
        ),
        Case(
            "a cut record", "a.json", "[\n{\"a\":1},\n{\"a\":\n\"x", 1,
            "line 3: the file ends inside a value that begins"),
        Case("a comma too many", "a.json", "[\n{\"a\":1},\n\n,{\"a\":2}]", 1, "line 4: a record is missing"),
        Case("no comma", "a.json", "[{\"a\":1}\n{\"a\":2}]", 0, "line 2: column 1: there is text behind the value"),
        Case(
            "a fault inside a record of several lines", "a.json", "[\n{\n\"a\":\n1\n},\n{\n\"a\":\n1,,\n\"b\":2},\n{}]",
            2,
            "line 8: column 3: a key in quotation marks"),
        Case(
            "bytes that are no UTF-8 on a record's third line", "a.json",
            Array("[{},\n{\"a\":\n1,\n\"b\":\"".utf8) + [0xFF] + Array("\"},\n{}]".utf8), 2,
            ["line 4: the record is not UTF-8"]),
        Case("brackets that do not match", "a.json", "[\n{\"a\":[1}},\n{}]", 1, "line 2: column 8: “,” or “]” is"),
        Case(
            "deep nesting", "a.json", "[{},\n" + String(repeating: "[", count: 200_000), 1,
            "line 2: the file ends inside"),
        Case(
            "deep nesting that is closed", "a.json",
            "[{},\n{\"a\":" + String(repeating: "[", count: 9999) + String(repeating: "]", count: 9999) + "},\n{}]", 2,
            "line 2: column 69: the values nest deeper than 64"),
        Case("a text", "a.json", "hello\n", 0, "line 1: a list of records is expected, or an object that holds one"),
    ]

    private static let rows = [
        Case("nothing but names", "a.csv", "a,b\r\n", 0),
        Case(
            "a byte order mark", "a.csv", "\u{FEFF}a,b\n1,2\n3\n", 1, "line 3: there are 1 values, and the file has 2"),
        Case(
            "too few and too many values", "a.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n", 2,
            "line 3: there are 1 values, and the file has 2 columns", "line 4: there are 3 values"),
        Case(
            "too few values behind a record of several lines", "a.csv", "a,b\r\n\"1\r\n\r\n\",2\r\n3\r\n4,5\r\n", 2,
            "line 5: there are 1 values"),
        Case("lines that end in CR alone", "a.csv", "a,b\r1,2\r3\r4,5\r", 2, "line 3: there are 1 values"),
        Case("line ends of all kinds", "a.csv", "a,b\n1,2\r\n3,4\r5\n6,7", 3, "line 4: there are 1 values"),
        Case(
            "an open quotation mark", "a.csv", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", 1, "line 3: a quotation mark opens here"),
        Case(
            "an open quotation mark behind others", "a.csv", "a,b\n\"1\n\",\"2\n\n3,4\n", 0,
            "line 3: a quotation mark opens here and is never closed"),
        Case("an open quotation mark in the names", "a.csv", "a,\"b\n1,2\n", 0, "line 1: a quotation mark opens here"),
        Case("text behind a quotation mark", "a.csv", "a,b\n\"1\"x,2\n", 1),
        Case("two columns of one name", "a.csv", "a,a\n1,2\n", 0, "line 1: two columns have one name"),
        Case(
            "names that are no UTF-8", "a.csv", [0x61, 0xFF, 0x0A] + Array("1\n".utf8), 0,
            ["line 1: the record is not UTF"]),
        Case(
            "bytes that are no UTF-8 in a record of several lines", "a.csv",
            Array("a,b\n1,2\n\"3\n\n".utf8) + [0xC0, 0x80] + Array("\",4\n5,6\n".utf8), 2,
            ["line 5: the record is not UTF-8"]),
        Case(
            "a row of NULs, as after a crash", "a.csv", "a,b\n1,2\n" + String(repeating: "\0", count: 5000), 1,
            "line 3: there are 1 values, and the file has 2 columns"),
        Case("a NUL in a value", "a.csv", "a,b\n1,\0\n", 1),
        Case(
            "a row of a hundred thousand values", "a.csv",
            "a,b\n1,2\n" + String(repeating: ",", count: 99_999) + "\n3,4\n",
            2, "line 3: there are 100000 values"),
        Case(
            "UTF-16", "a.csv", [0xFE, 0xFF] + Array("a,b\n1,2\n".utf8).flatMap { [0, $0] }, 0,
            ["line 1: the record is not UTF-8"]),
        Case("tabs that are spaces", "a.tsv", "a\tb\n1 2\n3\t4\n", 1, "line 2: there are 1 values"),
    ]

    private static let texts = [
        Case(
            "Latin-1", "a.txt", Array("one\n".utf8) + [0x66, 0xFC, 0x72, 0x0A] + Array("two\n".utf8), 2,
            ["line 2: the record is not UTF-8"]),
        Case(
            "an overlong slash, a surrogate, and more than there is", "a.txt",
            [0xC0, 0xAF, 0x0A, 0xED, 0xA0, 0x80, 0x0A, 0xF4, 0x90, 0x80, 0x80, 0x0A], 0,
            ["line 1: the record is", "line 2: the record is", "line 3: the record is"]),
        Case(
            "a token without its tag", "a.conll", "a O\nb O\n\nc O\nd\ne O\n\nf O\n", 2,
            "line 5: there is no column for"),
        Case(
            "a sentence that is no UTF-8", "a.conll", Array("a O\n\nb O\n".utf8) + [0xFF] + Array(" O\n\nc O\n".utf8),
            2,
            ["line 4: the record is not UTF-8"]),
    ]

    /// What reading to the end gives, going on behind broken records.
    private func read(_ path: String) -> (records: Int, errors: [String]) {
        var (records, errors): (Int, [String]) = (0, [])
        do throws(DataError) {
            let reader = try RecordReader(try DataSet(path: path))
            while errors.count < 10 {
                do throws(DataError) {
                    guard try reader.next() != nil else { break }
                    records += 1
                } catch {
                    if errors.last == "\(error)" { break }
                    errors.append("\(error)")
                }
            }
        } catch {
            errors.append("\(error)")
        }
        return (records, errors.map { $0.replacingOccurrences(of: path + ": ", with: "") })
    }

    @Test(arguments: BrokenFileTests.corpus)
    func `a broken file gives its good records, and an error with the line of each broken one`(item: Case) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(item.bytes, to: item.name)
        let (records, errors) = read(path)
        #expect(records == item.records)
        #expect(errors.count == item.errors.count, "\(errors)")
        for (error, beginning) in zip(errors, item.errors) { #expect(error.hasPrefix(beginning), "\(error)") }
    }

    @Test(arguments: BrokenFileTests.corpus)
    func `compressed it gives the same`(item: Case) throws {
        let directory = try TemporaryDirectory()
        let plain = read(try directory.write(item.bytes, to: item.name))
        let compressed = read(try directory.write(Gzip.stored(item.bytes), to: item.name + ".gz"))
        #expect(plain.records == compressed.records)
        #expect(plain.errors == compressed.errors)
    }

    @Test(arguments: ["a.jsonl", "a.json", "a.csv", "a.conll"])
    func `the line is right wherever the broken record stands, whatever lines stand before it`(name: String) throws {
        let directory = try TemporaryDirectory()
        for place in [0, 1, 2, 63, 500, 1999] {
            var (text, line) = (name == "a.csv" ? "a,b\n" : name == "a.json" ? "[" : "", 0)
            for number in 0..<2000 {
                let isBroken = number == place
                let end = number % 3 == 0 ? "\r\n" : "\n"
                if name == "a.json", number > 0 { text += "," }
                if isBroken { line = 1 + text.utf8.count { $0 == 10 } }
                switch name {
                case "a.jsonl": text += (isBroken ? "{\"n\":}" : "{\"n\":\(number)}") + end
                case "a.json": text += (isBroken ? "{\"n\":}" : "{\"n\":\(end)\(number)}") + end
                case "a.csv": text += isBroken ? "x\(end)" : "\"\(number)\(end)\(end)\",é\(end)"
                default: text += (isBroken ? "x" : "x O\(end)y B-Z") + end + end
                }
            }
            if name == "a.json" { text += "]" }
            let (records, errors) = read(try directory.write(text, to: name))
            #expect(records == 1999 && errors.count == 1)
            #expect(errors.first?.hasPrefix("line \(line): ") == true, "\(errors), expected \(line)")
        }
    }

    @Test func `a record that never ends is an error before it fills the memory`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("{}\n{}\n{\"a\":\"" + String(repeating: "x", count: 1 << 20), to: "a.jsonl")
        for format in [DataFormat.jsonLines, .csv, .text(.paragraph), .text(.document)] {
            let stream = try ByteStream(path: path, chunk: 1 << 12, longestRecord: 1 << 16)
            var framer = FileReader.framer(of: format)
            let error = #expect(throws: DataError.self) { while try framer.next(in: stream) != nil {} }
            let line = format == .text(.document) ? 1 : 3
            #expect("\(error.map { "\($0)" } ?? "")".contains(": line \(line): a record is longer than 65536 bytes. "))
        }
        let list = try directory.write("[{},\n{\"a\":\"" + String(repeating: "x", count: 1 << 20), to: "a.json")
        let stream = try ByteStream(path: list, chunk: 1 << 12, longestRecord: 1 << 16)
        var framer = FileReader.framer(of: .json())
        let error = #expect(throws: DataError.self) { while try framer.next(in: stream) != nil {} }
        #expect("\(error.map { "\($0)" } ?? "")".contains(": line 2: a record is longer than 65536 bytes. "))
    }

    @Test func `compressed data that are cut give the records before the cut`() throws {
        let directory = try TemporaryDirectory()
        let whole = Gzip.stored(Array((0..<1000).map { "{\"n\":\($0)}\n" }.joined().utf8))
        for count in [20, 500, 5000, whole.count - 8, whole.count - 1] {
            let path = try directory.write(Array(whole[..<count]), to: "a.jsonl.gz")
            let (records, errors) = read(path)
            #expect(
                errors == [
                    "cannot be read: its gzip data end before they are complete. Check the path and its permissions."
                ])
            #expect(records <= 1000)
        }
        let garbage = try directory.write(whole + [1, 2, 3], to: "b.jsonl.gz")
        let (records, errors) = read(garbage)
        #expect(records <= 1000 && errors.count == 1)
        #expect(errors.first?.hasPrefix("cannot be read: its gzip data are damaged") == true)
    }

    @Test(arguments: [
        ("a.parquet", "Parquet"), ("b.arrow", "Arrow"), ("c.jsonl.zst", "Zstandard"), ("d.csv.zip", "zip"),
    ])
    func `a format that is not read is an error that says so`(name: String, format: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("PAR1", to: name)
        let error = DataError.unreadFormat(file: path, format: format)
        #expect(throws: error) { try DataSet(path: path) }
        #expect(throws: error) { try DataSet(path: directory.path) }
        #expect(
            "\(error)" == "\(path): it is a file of \(format), which Fledge does not read. Convert it to JSON lines "
                + "(.jsonl) or CSV, or give a data set that is in one of these formats.")
        _ = try directory.write("{}\n", to: "x.jsonl")
        #expect(try DataSet(path: directory.path).files.count == 1)
    }
}

/// Gzip without compression (RFC 1951, blocks of type 0; RFC 1952).
enum Gzip {
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var start = 0
        repeat {
            let end = min(start + 0xFFFF, bytes.count)
            let count = UInt16(end - start)
            result.append(end == bytes.count ? 1 : 0)
            for value in [count, ~count] { result += [UInt8(value & 0xFF), UInt8(value >> 8)] }
            result += bytes[start..<end]
            start = end
        } while start < bytes.count
        for value in [checksum(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            result += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return result
    }

    /// CRC-32 (ISO 3309).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table = (0..<256).map { number -> UInt32 in
            (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        }
        return ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }
}
