#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON files of modules.
enum ModuleFile {
    /// - Throws: ``TaskError/badModule(path:reason:)``.
    static func read<Value: Decodable>(_ type: Value.Type, _ url: URL) throws(TaskError) -> Value {
        guard let value = try readIfPresent(type, url) else {
            throw .badModule(path: url.path, reason: "there is no such file")
        }
        return value
    }

    /// - Throws: ``TaskError/badModule(path:reason:)``.
    static func readIfPresent<Value: Decodable>(_ type: Value.Type, _ url: URL) throws(TaskError) -> Value? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: url))
        } catch let error as DecodingError {
            throw .badModule(path: url.path, reason: ModuleFile.text(error))
        } catch {
            throw .badModule(path: url.path, reason: "it cannot be read as JSON")
        }
    }

    private static func text(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the field “\(key.stringValue)” is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the field “\(context.codingPath.last?.stringValue ?? "")” has the wrong type"
        default: "it is not valid JSON"
        }
    }
}
