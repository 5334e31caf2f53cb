#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The JSON of a run's files: `snake_case` keys in alphabetical order.
enum RunJSON {
    /// A value on one line, without the line's end.
    static func line(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder([.sortedKeys, .withoutEscapingSlashes]).encode(value))
    }

    /// A value on many lines, for people too.
    static func page(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder([.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]).encode(value)) + [0x0A]
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: some Sequence<UInt8>) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(bytes))
    }

    private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = formatting
        return encoder
    }
}
