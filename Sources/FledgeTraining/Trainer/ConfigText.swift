#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A `config.json` some of whose fields change; the others stay as they are written.
///
/// transformers tells `1.0` from `1`: it refuses a whole number where its class has a fraction. A decoder of JSON does not,
/// so what is not changed must not go through one.
public struct ConfigText {
    /// The values of the object's members as the file has them, by name.
    private let written: [String: [UInt8]]

    /// - Parameter data: a JSON object. What cannot be found in it counts as changed.
    public init(_ data: Data) {
        var reader = MemberReader(bytes: [UInt8](data))
        written = reader.members()
    }

    /// The object with these fields and no others, sorted by name.
    ///
    /// - Throws: `EncodingError`, for example for NaN.
    public func rewritten(as fields: [String: OpaqueJSON]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var result = Data("{".utf8)
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            result += Data((result.count == 1 ? "\n  " : ",\n  ").utf8)
            result += try encoder.encode(name) + Data(": ".utf8)
            result += try unchanged(name, value) ?? encoder.encode(value)
        }
        return result + Data("\n}\n".utf8)
    }

    private func unchanged(_ name: String, _ value: OpaqueJSON) -> Data? {
        guard let text = written[name].map({ Data($0) }),
            let old = try? JSONDecoder().decode(OpaqueJSON.self, from: text), old == value
        else { return nil }
        return text
    }
}

/// Finds the members of a JSON object that has been decoded before.
private struct MemberReader {
    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The text of each member's value; those before the first mistake.
    mutating func members() -> [String: [UInt8]] {
        var members: [String: [UInt8]] = [:]
        guard take("{") else { return members }
        repeat {
            skipSpace()
            let start = place
            guard skipString(),
                let name = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<place])),
                take(":")
            else { return members }
            skipSpace()
            members[name] = value()
        } while take(",")
        return members
    }

    /// The text up to the comma or the bracket that ends the value.
    private mutating func value() -> [UInt8] {
        let start = place
        var (end, depth) = (place, 0)
        while place < bytes.count {
            let byte = bytes[place]
            if depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") { break }
            if byte == UInt8(ascii: "\"") {
                _ = skipString()
                end = place
                continue
            }
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            place += 1
            if !Self.isSpace(byte) { end = place }
        }
        return Array(bytes[start..<end])
    }

    private mutating func skipString() -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return false }
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        place = min(place + 1, bytes.count)
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
}
