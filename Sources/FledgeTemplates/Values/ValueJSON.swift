extension Value {
    /// Reads a JSON text (RFC 8259), keeping the order of keys.
    ///
    /// A whole number beyond 64 bits becomes a ``double(_:)``.
    ///
    /// - Parameters:
    ///   - json: the text.
    ///   - name: what errors call it.
    /// - Throws: a ``TemplateError`` with line and column if it is not JSON or nests deeper than
    ///   ``TemplateLimits/nesting``.
    /// - Complexity: O(n) in the bytes.
    public init(json: String, name: String = "JSON") throws(TemplateError) {
        try self.init(json: Array(json.utf8), name: name)
    }

    /// Reads a JSON text of UTF-8 bytes; see ``init(json:name:)``.
    public init(json: [UInt8], name: String = "JSON") throws(TemplateError) {
        self = try json.withUnsafeBufferPointer { bytes throws(TemplateError) in
            var reader = JSONReader(bytes: bytes)
            do throws(Failure) {
                return try reader.readDocument()
            } catch {
                throw error.error(in: name, at: reader.place)
            }
        }
    }
}

/// A recursive reader of JSON whose depth is bounded.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    /// Where the reader stands.
    var place: Place {
        var place = Place(line: 1, column: 1)
        for byte in bytes.prefix(index) {
            if byte == UInt8(ascii: "\n") {
                place = Place(line: place.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                place.column += 1
            }
        }
        return place
    }

    mutating func readDocument() throws(Failure) -> Value {
        let value = try read(depth: 1)
        skipSpace()
        guard index == bytes.count else { throw broken("there is text behind the value") }
        return value
    }

    private func broken(_ problem: String) -> Failure {
        Failure(kind: .unreadable, problem: problem, remedy: "Correct the JSON text.")
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func read(depth: Int) throws(Failure) -> Value {
        guard depth <= TemplateLimits.nesting else { throw .tooDeep("the values") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try readObject(depth: depth)
        case UInt8(ascii: "["): return try readArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return try readNumber()
        }
    }

    private mutating func readWord(_ word: String, _ value: Value) throws(Failure) -> Value {
        guard bytes[index...].starts(with: word.utf8) else { throw broken("this is not a JSON value") }
        index += word.utf8.count
        return value
    }

    private mutating func readArray(depth: Int) throws(Failure) -> Value {
        index += 1
        var values: [Value] = []
        if skip(UInt8(ascii: "]")) { return .array(values) }
        repeat { values.append(try read(depth: depth + 1)) } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw broken("“,” or “]” is expected") }
        return .array(values)
    }

    private mutating func readObject(depth: Int) throws(Failure) -> Value {
        index += 1
        var object = Value.Object()
        if skip(UInt8(ascii: "}")) { return .object(object) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw broken("a key in quotation marks is expected") }
            let key = try readString()
            guard skip(UInt8(ascii: ":")) else { throw broken("“:” is expected") }
            object[key] = try read(depth: depth + 1)
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw broken("“,” or “}” is expected") }
        return .object(object)
    }

    private mutating func readNumber() throws(Failure) -> Value {
        let start = index
        func digits(_ index: inout Int) -> Int {
            let first = index
            while index < bytes.count, bytes[index] &- 0x30 < 10 { index += 1 }
            return index - first
        }
        var end = index
        if next == UInt8(ascii: "-") { end += 1 }
        let whole = end
        guard digits(&end) > 0, bytes[whole] != UInt8(ascii: "0") || end == whole + 1 else {
            throw broken("this is not a JSON value")
        }
        var isWhole = true
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            isWhole = false
            end += 1
            guard digits(&end) > 0 else { throw broken("this is not a JSON number") }
        }
        if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            end += 1
            if end < bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") { end += 1 }
            guard digits(&end) > 0 else { throw broken("this is not a JSON number") }
        }
        index = end
        // Seventeen characters cannot overflow.
        if isWhole, end - start < 18 { return .int(smallNumber(bytes[start..<end])) }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        if isWhole, let value = Int(text) { return .int(value) }
        return .double(Double(text) ?? .nan)
    }

    private func smallNumber(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        let isNegative = text.first == UInt8(ascii: "-")
        let value = text.dropFirst(isNegative ? 1 : 0).reduce(0) { $0 * 10 + Int($1 & 0x0F) }
        return isNegative ? -value : value
    }

    private mutating func readString() throws(Failure) -> String {
        index += 1
        let start = index
        skipPlain()
        if next == UInt8(ascii: "\"") {
            index += 1
            return String(decoding: bytes[start..<index - 1], as: UTF8.self)
        }
        var text = Array(bytes[start..<index])
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw broken("a control character stands in a string") }
            index += 1
            try appendEscape(to: &text)
            let start = index
            skipPlain()
            text.append(contentsOf: bytes[start..<index])
        }
        guard next != nil else { throw broken("a string has no end") }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// Goes to the next quotation mark, backslash or control character, or to the end.
    private mutating func skipPlain() {
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            index += 1
        }
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(Failure) {
        switch next {
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        default:
            text.append(contentsOf: UTF8.encode(try readEscape()) ?? UTF8.encodedReplacementCharacter)
            return
        }
        index += 1
    }

    private mutating func readEscape() throws(Failure) -> Unicode.Scalar {
        guard let byte = next else { throw broken("a string has no end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw broken("“\\\(Unicode.Scalar(byte))” is not an escape")
        }
        let unit = try readUnit()
        guard unit & 0xFC00 == 0xD800, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let before = index
        index += 2
        let low = try readUnit()
        guard low & 0xFC00 == 0xDC00 else {
            index = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)) ?? "\u{FFFD}"
    }

    private mutating func readUnit() throws(Failure) -> UInt32 {
        guard index + 4 <= bytes.count,
            bytes[index..<index + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let unit = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw broken("“\\u” needs four hexadecimal digits") }
        index += 4
        return unit
    }
}
