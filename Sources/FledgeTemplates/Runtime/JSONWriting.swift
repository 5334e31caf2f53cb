/// How `tojson` writes, as Python's `json.dumps` names it.
struct JSONStyle {
    var ensureASCII = false
    /// What one level is indented by, if there are lines at all.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortKeys = false
}

extension Renderer {
    /// Python's `json.dumps`.
    func json(_ value: RuntimeValue, _ style: JSONStyle) throws(Failure) -> String {
        var text = ""
        try appendJSON(value, style, to: &text, level: 0)
        try chargeText(bytes: text.utf8.count)
        return text
    }

    private func appendJSON(_ value: RuntimeValue, _ style: JSONStyle, to text: inout String, level: Int)
        throws(Failure)
    {
        guard text.utf8.count <= limits.textBytes else { try chargeText(bytes: text.utf8.count); return }
        try charge(1)
        switch value {
        case .string(let string):
            try chargeText(bytes: string.utf8.count)
            appendJSON(string, style, to: &text)
        case .list(let list), .tuple(let list):
            guard !list.items.isEmpty else { text += "[]"; return }
            text += "["
            for (index, item) in list.items.enumerated() {
                separate(index, style, to: &text, level: level + 1)
                try appendJSON(item, style, to: &text, level: level + 1)
            }
            breakLine(style, to: &text, level: level)
            text += "]"
        case .dict(let dict): try appendJSON(dict, style, to: &text, level: level)
        default: text += try scalarJSON(value)
        }
    }

    private func scalarJSON(_ value: RuntimeValue) throws(Failure) -> String {
        switch value {
        case .none: return "null"
        case .bool(let bool): return bool ? "true" : "false"
        case .integer(let integer): return String(integer)
        case .double(let double):
            if double.isNaN { return "NaN" }
            if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
            return PythonFloat.repr(double)
        case .undefined(let undefined):
            throw Failure(
                kind: .undefined, problem: "\(undefined.what), so it cannot be written as JSON",
                remedy: undefined.failure.remedy)
        default: throw .value("a \(value.typeName) cannot be written as JSON")
        }
    }

    private func appendJSON(_ dict: Dict, _ style: JSONStyle, to text: inout String, level: Int) throws(Failure) {
        guard dict.count > 0 else { text += "{}"; return }
        var pairs = dict.pairs
        if style.sortKeys {
            let order = try sorted(pairs.indices.map { .integer($0) }, by: dict.keys, reverse: false)
            pairs = order.compactMap { index in
                if case .integer(let index) = index { pairs[index] } else { nil }
            }
        }
        text += "{"
        for (index, pair) in pairs.enumerated() {
            separate(index, style, to: &text, level: level + 1)
            switch pair.key {
            case .string(let key): appendJSON(key, style, to: &text)
            case .none, .bool, .integer, .double: text += "\"" + (try scalarJSON(pair.key)) + "\""
            default: throw .value("a \(pair.key.typeName) cannot be a key in JSON")
            }
            text += style.keySeparator
            try appendJSON(pair.value, style, to: &text, level: level + 1)
        }
        breakLine(style, to: &text, level: level)
        text += "}"
    }

    private func separate(_ index: Int, _ style: JSONStyle, to text: inout String, level: Int) {
        if index > 0 { text += style.itemSeparator }
        breakLine(style, to: &text, level: level)
    }

    private func breakLine(_ style: JSONStyle, to text: inout String, level: Int) {
        guard let indent = style.indent else { return }
        text += "\n" + String(repeating: indent, count: level)
    }

    private func appendJSON(_ string: String, _ style: JSONStyle, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            default:
                if scalar.value < 0x20 || (style.ensureASCII && scalar.value > 0x7E) {
                    for unit in String(scalar).utf16 {
                        text += "\\u" + PythonString.hexadecimal(UInt32(unit), digits: 4)
                    }
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
