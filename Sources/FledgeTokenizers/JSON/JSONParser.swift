/// The pass over a JSON text that finds and checks its values.
struct JSONParser {
    struct Failure {
        var position: Int
        var problem: String
    }

    private struct Container {
        var node: Int
        var isObject: Bool
    }

    private(set) var nodes: [JSONNode] = []
    private let limits: JSONDocument.Limits
    private var open: [Container] = []
    private var position = 0

    init(limits: JSONDocument.Limits, capacity: Int) {
        self.limits = limits
        nodes.reserveCapacity(capacity)
    }

    /// Fills ``nodes``, or says what is wrong and where.
    mutating func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Failure? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        repeat {
            if let problem = parseValue(bytes) { return Failure(position: position, problem: problem) }
            guard nodes.count <= limits.valueCount else {
                return Failure(position: position, problem: "there are more than \(limits.valueCount) values")
            }
            if let problem = closeContainers(bytes) { return Failure(position: position, problem: problem) }
        } while !open.isEmpty
        skipWhitespace(bytes)
        guard position == bytes.count else {
            return Failure(position: position, problem: "there is text after the end of the JSON value")
        }
        return nil
    }

    private mutating func skipWhitespace(_ bytes: UnsafeBufferPointer<UInt8>) {
        while position < bytes.count, bytes[position] <= 0x20,
            bytes[position] == 0x20 || bytes[position] == 0x0A || bytes[position] == 0x0D || bytes[position] == 0x09
        {
            position += 1
        }
    }

    /// Reads one value, or opens one container and stands before its first value.
    private mutating func parseValue(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        while true {
            skipWhitespace(bytes)
            guard position < bytes.count else { return "the text ends where a value should be" }
            let byte = bytes[position]
            guard byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") else {
                return parseScalar(bytes, first: byte)
            }
            let isObject = byte == UInt8(ascii: "{")
            guard open.count < limits.depth else { return "values are nested more than \(limits.depth) deep" }
            open.append(Container(node: nodes.count, isObject: isObject))
            nodes.append(
                JSONNode(kind: isObject ? .object : .array, start: UInt32(position), end: 0, next: 0))
            position += 1
            skipWhitespace(bytes)
            if position < bytes.count, bytes[position] == UInt8(ascii: isObject ? "}" : "]") { return nil }
            if isObject, let problem = parseKey(bytes) { return problem }
        }
    }

    /// After a value: closes what ends here, or steps over a comma (and a key) to the next value.
    private mutating func closeContainers(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        while let container = open.last {
            skipWhitespace(bytes)
            guard position < bytes.count else { return "the text ends inside an array or object" }
            let byte = bytes[position]
            if byte == UInt8(ascii: container.isObject ? "}" : "]") {
                position += 1
                nodes[container.node].end = UInt32(position)
                nodes[container.node].next = UInt32(nodes.count)
                open.removeLast()
                continue
            }
            guard byte == UInt8(ascii: ",") else { return "a comma or a closing bracket should be here" }
            position += 1
            return container.isObject ? parseKey(bytes) : nil
        }
        return nil
    }

    private mutating func parseKey(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        skipWhitespace(bytes)
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return "a key should be here" }
        if let problem = parseString(bytes) { return problem }
        skipWhitespace(bytes)
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return "a colon should be here" }
        position += 1
        return nil
    }

    private mutating func parseScalar(_ bytes: UnsafeBufferPointer<UInt8>, first: UInt8) -> String? {
        switch first {
        case UInt8(ascii: "\""): return parseString(bytes)
        case UInt8(ascii: "t"): return parseWord("true", kind: .true, bytes)
        case UInt8(ascii: "f"): return parseWord("false", kind: .false, bytes)
        case UInt8(ascii: "n"): return parseWord("null", kind: .null, bytes)
        default: return parseNumber(bytes)
        }
    }

    private mutating func parseWord(
        _ word: StaticString, kind: JSONNode.Kind, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> String? {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { return "this is not a JSON value" }
        for offset in 0..<word.utf8CodeUnitCount where bytes[position + offset] != word.utf8Start[offset] {
            return "this is not a JSON value"
        }
        append(kind, from: position, to: end)
        position = end
        return nil
    }

    private mutating func parseNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        let start = position
        func isDigit(_ index: Int) -> Bool { index < bytes.count && bytes[index] &- 0x30 < 10 }
        var index = position
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        guard isDigit(index) else { return "this is not a JSON value" }
        if bytes[index] == UInt8(ascii: "0") {
            index += 1
        } else {
            while isDigit(index) { index += 1 }
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard isDigit(index) else { return "a number has no digits after its point" }
            while isDigit(index) { index += 1 }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard isDigit(index) else { return "a number has no digits in its exponent" }
            while isDigit(index) { index += 1 }
        }
        append(.number, from: start, to: index)
        position = index
        return nil
    }

    /// Checks a string's characters and escapes; surrogate halves that do not pair are refused.
    private mutating func parseString(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        let start = position + 1
        var index = start
        var hasEscapes = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                append(hasEscapes ? .escapedString : .string, from: start, to: index)
                position = index + 1
                return nil
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                guard let end = JSONEscape.end(of: index, in: bytes) else {
                    position = index
                    return "this escape sequence is not valid"
                }
                index = end
            } else if byte >= 0x80 {
                guard let length = UTF8Scan.validLength(at: index, in: bytes) else {
                    position = index
                    return "a string holds bytes that are not UTF-8"
                }
                index += length
            } else {
                guard byte >= 0x20 else {
                    position = index
                    return "a string holds an unescaped control character"
                }
                index += 1
            }
        }
        position = bytes.count
        return "the text ends inside a string"
    }

    private mutating func append(_ kind: JSONNode.Kind, from start: Int, to end: Int) {
        nodes.append(
            JSONNode(kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1)))
    }
}
