import FledgeTraining
import Foundation
import Testing

@Suite struct ConfigTextTests {
    private func rewritten(_ text: String, _ change: (inout [String: OpaqueJSON]) -> Void) throws -> String {
        let data = Data(text.utf8)
        guard case .object(var fields) = try JSONDecoder().decode(OpaqueJSON.self, from: data) else { return "" }
        change(&fields)
        return String(decoding: try ConfigText(data).rewritten(as: fields), as: UTF8.self)
    }

    @Test func `Fields that do not change keep the form of their numbers`() throws {
        let text = """
            {"initializer_factor": 1.0, "rope_theta":1e4 ,
             "rope_scaling" : {"factor": 8.0, "note": "a \\"}, b\\\\"}, "layers": [ 1.0, 2 ], "width": 256, "name": "x/y"}
            """
        #expect(
            try rewritten(text) {
                $0["width"] = .integer(512)
                $0["dtype"] = .string("float32")
                $0["name"] = nil
            } == """
                {
                  "dtype": "float32",
                  "initializer_factor": 1.0,
                  "layers": [ 1.0, 2 ],
                  "rope_scaling": {"factor": 8.0, "note": "a \\"}, b\\\\"},
                  "rope_theta": 1e4,
                  "width": 512
                }

                """)
    }

    @Test func `Of a field that is there twice the value that was decoded is written`() throws {
        let text = #"{"a": 1.0, "a": 2.5, "\u0062": 3.0}"#
        let result = try JSONDecoder().decode(OpaqueJSON.self, from: Data(try rewritten(text) { _ in }.utf8))
        #expect(result == (try JSONDecoder().decode(OpaqueJSON.self, from: Data(text.utf8))))
        #expect(try rewritten(text) { $0["a"] = nil } == "{\n  \"b\": 3.0\n}\n")
    }

    @Test(
        arguments: [
            "", "{", "{\"", "{\"a", "{\"a\\", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":[", "{\"a\":1]}", "[1]", "{,",
        ])
    func `Text that is no object is not read beyond its end`(text: String) throws {
        let result = try ConfigText(Data(text.utf8)).rewritten(as: ["a": .number(2.5)])
        #expect(String(decoding: result, as: UTF8.self) == "{\n  \"a\": 2.5\n}\n")
    }
}
