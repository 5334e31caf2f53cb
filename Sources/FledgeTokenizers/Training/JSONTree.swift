/// A JSON text that is about to be written.
indirect enum JSONTree {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text([UInt8])
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])

    static func string(_ text: String) -> JSONTree { .text(Array(text.utf8)) }

    /// An object with a `type` and other members.
    static func component(_ type: String, _ members: [(key: String, value: JSONTree)] = []) -> JSONTree {
        .object([("type", .string(type))] + members)
    }

    /// UTF-8, each element of the outer arrays and objects on a line of its own.
    func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, depth: 0)
        bytes.append(0x0A)
        return bytes
    }

    private func write(to bytes: inout [UInt8], depth: Int) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .bool(let value): bytes += Array((value ? "true" : "false").utf8)
        case .integer(let value): bytes += Array("\(value)".utf8)
        case .number(let value): bytes += Array("\(value)".utf8)
        case .text(let text): JSONTree.write(text, to: &bytes)
        case .array(let elements):
            JSONTree.write(elements.count, brackets: "[]", to: &bytes, depth: depth) { index, bytes in
                elements[index].write(to: &bytes, depth: depth + 1)
            }
        case .object(let members):
            JSONTree.write(members.count, brackets: "{}", to: &bytes, depth: depth) { index, bytes in
                JSONTree.write(Array(members[index].key.utf8), to: &bytes)
                bytes += Array(": ".utf8)
                members[index].value.write(to: &bytes, depth: depth + 1)
            }
        }
    }

    private static func write(
        _ count: Int, brackets: String, to bytes: inout [UInt8], depth: Int, _ element: (Int, inout [UInt8]) -> Void
    ) {
        let brackets = Array(brackets.utf8)
        let breaksLines = depth < 3 && count > 0
        bytes.append(brackets[0])
        for index in 0..<count {
            if breaksLines {
                bytes.append(0x0A)
                bytes += repeatElement(0x20, count: 2 * depth + 2)
            } else if index > 0 {
                bytes.append(0x20)
            }
            element(index, &bytes)
            if index < count - 1 { bytes.append(UInt8(ascii: ",")) }
        }
        if breaksLines {
            bytes.append(0x0A)
            bytes += repeatElement(0x20, count: 2 * depth)
        }
        bytes.append(brackets[1])
    }

    private static func write(_ text: [UInt8], to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(0x22)
        for byte in text {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x0A: bytes += Array("\\n".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case 0..<0x20, 0x7F: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }
}
