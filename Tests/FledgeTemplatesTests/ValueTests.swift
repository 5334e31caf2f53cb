import FledgeTemplates
import Foundation
import Testing

@Suite("Values")
struct ValueTests {
    @Test func `keep the order of a JSON text's keys, and its numbers' kinds`() throws {
        let json =
            #"{"z": 1, "a": [1.0, -2e3, true, null, "\u00e9\ud83d\ude42\n"], "big": 18446744073709551616, "a": {}}"#
        let value = try Value(json: json)
        let expected: Value = ["z": 1, "a": [:], "big": 18446744073709551616.0]
        #expect(value == expected)
        #expect(try Template("{{ x }}").render(["x": value]) == "{'z': 1, 'a': {}, 'big': 1.8446744073709552e+19}")
        #expect(
            try Value(json: #"[1.0, -2e3, true, null, "\u00e9\ud83d\ude42\n\ud800"]"#) == [
                1.0, -2000.0, true, nil, "é🙂\n\u{FFFD}",
            ])
    }

    @Test func `read whole numbers up to 64 bits, and every escape`() throws {
        #expect(
            try Value(
                json: "[99999999999999999, -9999999999999999, 999999999999999999, -9223372036854775808, "
                    + "9223372036854775807, 9223372036854775808, -0, 10]")
                == [
                    99_999_999_999_999_999, -9_999_999_999_999_999, 999_999_999_999_999_999, .int(.min), .int(.max),
                    9223372036854775808.0, 0, 10,
                ])
        #expect(
            try Value(json: #""a\"b\\c\/d\b\f\n\r\t\u00e9é\ud83d\ude42🙂\\""#)
                == "a\"b\\c/d\u{8}\u{C}\n\r\té\u{E9}🙂🙂\\")
    }

    @Test(arguments: [0, 1, 7, 8, 9, 10, 40])
    func `find every key, however many there are, and after some are gone`(count: Int) {
        var object: Value.Object = [:]
        for number in 0..<count { object["k\(number)"] = .int(number) }
        for number in 0..<count { object["k\(number)"] = .int(number + 1) }
        #expect(object.count == count)
        #expect((0..<count).allSatisfy { object["k\($0)"] == .int($0 + 1) })
        #expect(object["k\(count)"] == nil)
        for number in stride(from: 0, to: count, by: 2) { object["k\(number)"] = nil }
        #expect((0..<count).allSatisfy { object["k\($0)"] == ($0 % 2 == 0 ? nil : .int($0 + 1)) })
        object["k0"] = 7
        #expect(object["k0"] == 7)
        #expect(object.keys.last == "k0")
    }

    @Test func `tell texts apart by code points`() {
        let (composed, decomposed): (Value, Value) = ("\u{E9}", "e\u{301}")
        #expect(composed != decomposed)
        let object: Value.Object = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(object.count == 2)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func `lose a key when nil is set`() {
        var object: Value.Object = ["a": 1, "b": 2, "c": 3]
        object["b"] = nil
        object["d"] = 4
        #expect(object.keys == ["a", "c", "d"])
        #expect(object["c"] == 3)
        #expect(object["b"] == nil)
    }

    @Test func `go through Codable`() throws {
        let value: Value = ["a": [1, 2.5, true, nil, "x", ["b": "c"]]]
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(Value.self, from: data) == value)
    }

    @Test(arguments: [
        (WallTime(year: 2000, month: 1, day: 1), "Sat 001 00 00 12 AM"),
        (WallTime(year: 2024, month: 12, day: 31, hour: 23), "Tue 366 52 53 11 PM"),
        (WallTime(year: 1900, month: 3, day: 1, hour: 12), "Thu 060 08 09 12 PM"),
        (WallTime(year: 2023, month: 1, day: 1, hour: 1), "Sun 001 01 00 01 AM"),
    ])
    func `of time are written as strftime writes them`(time: WallTime, expected: String) {
        #expect(time.formatted("%a %j %U %W %I %p") == expected)
    }
}
