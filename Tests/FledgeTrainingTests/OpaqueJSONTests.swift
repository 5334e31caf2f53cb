import FledgeTraining
import Foundation
import Testing

@Suite struct OpaqueJSONTests {
    @Test func `Any JSON comes back as it was, large integers too`() throws {
        let text = """
            {"a":[1,-2,2.5,1e+300,true,false,null,"x\\n",[],{}],"seed":18446744073709551615,"least":-9223372036854775808}
            """
        let value = try JSONDecoder().decode(OpaqueJSON.self, from: Data(text.utf8))
        #expect(
            value
                == .object([
                    "a": .array([
                        .integer(1), .integer(-2), .number(2.5), .number(1e300), .bool(true), .bool(false), .null,
                        .string("x\n"), .array([]), .object([:]),
                    ]), "seed": .unsigned(.max), "least": .integer(.min),
                ]))
        #expect(try JSONDecoder().decode(OpaqueJSON.self, from: JSONEncoder().encode(value)) == value)
    }

    private struct Position: Codable, Equatable {
        var file: Int
        var hash: UInt64
        var names: [String?]
    }

    @Test func `A value is kept as its JSON`() throws {
        let position = Position(file: 3, hash: .max - 1, names: ["a", nil])
        #expect(try OpaqueJSON(position).decoded(as: Position.self) == position)
        #expect(throws: (any Error).self) { try OpaqueJSON(position).decoded(as: [Int].self) }
        #expect(throws: (any Error).self) { try OpaqueJSON(Double.nan) }
    }
}
