/// A parsed JSON text (RFC 8259): the bytes, and a flat list of the values in them in document order.
///
/// Nothing is copied while parsing: a value is a range of the bytes, decoded when it is asked for. Reading the
/// 1.4 MB of T5's `tokenizer.json` this way allocates two arrays, not 64,000 strings.
///
/// ```
/// [["a",-1], 2]   nodes:  0 array(next 5)  1 array(next 4)  2 string  3 number  4 number
/// ```
package final class JSONDocument: Sendable {
    /// What the text may be, so that a hostile file cannot exhaust memory or the stack.
    package struct Limits: Sendable {
        /// How deep arrays and objects may nest.
        package var depth = 128
        /// How long the text may be, in bytes.
        package var byteCount = 1 << 27
        /// How many values there may be.
        package var valueCount = 1 << 24

        package init() {}
    }

    let bytes: [UInt8]
    let nodes: [JSONNode]
    /// The name that errors give to the text.
    package let source: String

    /// Parses a text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8; a byte order mark is skipped.
    ///   - source: the file's name, for errors.
    ///   - limits: the largest depth and size that are accepted.
    /// - Throws: ``TokenizerError/malformed(file:location:problem:remedy:)`` with the line and column.
    /// - Complexity: O(n) in the bytes; the stack does not grow with the nesting.
    package init(parsing bytes: [UInt8], source: String, limits: Limits = Limits()) throws(TokenizerError) {
        guard bytes.count <= limits.byteCount, bytes.count < Int(UInt32.max) else {
            throw .unreadable(file: source, reason: "it is larger than \(limits.byteCount) bytes")
        }
        var parser = JSONParser(limits: limits, capacity: bytes.count / 12)
        if let failure = bytes.withUnsafeBufferPointer({ parser.parse($0) }) {
            let place = JSONDocument.lineAndColumn(of: failure.position, in: bytes)
            throw .damaged(source, "line \(place.line), column \(place.column)", failure.problem)
        }
        self.bytes = bytes
        self.nodes = parser.nodes
        self.source = source
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(document: self, index: 0) }

    private static func lineAndColumn(of position: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(position) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }
}

/// One value of a ``JSONDocument``.
struct JSONNode: Sendable {
    enum Kind: UInt8, Sendable {
        case null, `true`, `false`, number, string, escapedString, array, object
    }

    var kind: Kind
    /// The value's bytes; for a string, those between the quotes.
    var start: UInt32
    var end: UInt32
    /// The index of the node after this value and everything in it.
    var next: UInt32
}
