#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A JSON value that is kept without being understood.
public indirect enum OpaqueJSON: Sendable, Hashable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    /// An integer above `Int.max`, as the seeds of generators are.
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([OpaqueJSON])
    case object([String: OpaqueJSON])

    /// What a value looks like in JSON.
    ///
    /// - Throws: `EncodingError`, for example for NaN.
    public init(_ value: some Encodable) throws {
        self = try JSONDecoder().decode(OpaqueJSON.self, from: JSONEncoder().encode(value))
    }

    /// The value that this is the JSON of.
    ///
    /// - Throws: `DecodingError` if it is of another type.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([OpaqueJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: OpaqueJSON].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
