import FledgeTemplates
import Foundation
import Testing

/// The file that Tools/template_golden.py made.
struct Golden {
    var context: [String: Value]
    var tools: [Value]
    var conversations: [String: Value.Object]
    var small: [Value.Object]
    var random: [Value.Object]
    var chats: [Value.Object]

    /// 5 July 2024, the time at which the file's clock stands.
    static let clock = TemplateClock.fixed(WallTime(year: 2024, month: 7, day: 5, hour: 14, minute: 5, second: 9))

    static func directory() throws -> URL {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures")
    }

    init() throws {
        let bytes = [UInt8](try Data(contentsOf: Golden.directory().appendingPathComponent("golden.json")))
        let root = try Value(json: bytes, name: "golden.json").object
        context = try #require(root["context"]).object.dictionary
        tools = try #require(root["tools"]).array
        small = try #require(root["small"]).array.map(\.object)
        random = try #require(root["random"]).array.map(\.object)
        chats = try #require(root["chats"]).array.map(\.object)
        conversations = [:]
        for conversation in try #require(root["conversations"]).array.map(\.object) {
            conversations[conversation["name"]?.string ?? ""] = conversation
        }
    }

    /// What differs between a rendering and a case of the file, or nil.
    static func difference(
        _ golden: Value.Object, comparesKind: Bool = true, _ render: () throws(TemplateError) -> String
    ) -> String? {
        do {
            let text = try render()
            guard let expected = golden["text"]?.string else {
                return "should fail with \(golden["error"] ?? .null), and gives \(text.debugDescription)"
            }
            return text.utf8.elementsEqual(expected.utf8)
                ? nil : "gives \(text.debugDescription) instead of \(expected.debugDescription)"
        } catch {
            guard let kind = golden["error"]?.string else {
                return "fails with \(error) instead of giving \(golden["text"] ?? .null)"
            }
            if let line = golden["line"]?.int, line != error.line {
                return "fails in another line than \(line): \(error)"
            }
            if let message = golden["message"]?.string, message != error.problem { return "raises \(error)" }
            return !comparesKind || kind == "other" || kind == error.kind.rawValue
                ? nil : "is not of kind \(kind): \(error)"
        }
    }
}

extension Value {
    var object: Object { if case .object(let object) = self { object } else { [:] } }
    var array: [Value] { if case .array(let array) = self { array } else { [] } }
    var string: String? { if case .string(let string) = self { string } else { nil } }
    var int: Int? { if case .int(let int) = self { int } else { nil } }
}

extension Value.Object {
    var dictionary: [String: Value] { Dictionary(uniqueKeysWithValues: map { ($0.0, $0.1) }) }
}
