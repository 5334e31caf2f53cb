extension Renderer {
    /// Python's `str`.
    func text(_ value: RuntimeValue) throws(Failure) -> String {
        switch value {
        case .string(let text): return text
        case .undefined: return ""
        case .integer(let integer): return String(integer)
        default: return try repr(value)
        }
    }

    /// Python's `repr`.
    func repr(_ value: RuntimeValue) throws(Failure) -> String {
        var text = ""
        try appendRepr(value, to: &text, depth: 1)
        try chargeText(bytes: text.utf8.count)
        return text
    }

    private func appendRepr(_ value: RuntimeValue, to text: inout String, depth: Int) throws(Failure) {
        guard depth <= TemplateLimits.nesting + 2 else { throw .tooDeep("the values") }
        guard text.utf8.count <= limits.textBytes else { try chargeText(bytes: text.utf8.count); return }
        try charge(1)
        switch value {
        case .undefined: text += "Undefined"
        case .none: text += "None"
        case .bool(let bool): text += bool ? "True" : "False"
        case .integer(let integer): text += String(integer)
        case .double(let double): text += PythonFloat.repr(double)
        case .string(let string):
            try chargeText(bytes: string.utf8.count)
            text += PythonString.repr(string)
        case .list(let list): try appendItems(list.items, "[", "]", to: &text, depth: depth)
        case .tuple(let list):
            try appendItems(list.items, "(", list.items.count == 1 ? ",)" : ")", to: &text, depth: depth)
        case .dict(let dict): try appendDict(dict.pairs, to: &text, depth: depth)
        case .view(let view):
            try appendItems(try view.elements(), view.kind.rawValue + "([", "])", to: &text, depth: depth)
        case .range(let range):
            text += "range(\(range.start), \(range.stop)" + (range.step == 1 ? ")" : ", \(range.step))")
        case .namespace(let namespace):
            text += "<Namespace "
            let pairs = namespace.names.map { (key: RuntimeValue.string($0), value: namespace.values[$0] ?? .none) }
            try appendDict(pairs, to: &text, depth: depth)
            text += ">"
        case .loop(let loop): text += "<LoopContext \(loop.index0 + 1)/\(loop.items.count)>"
        case .generator:
            throw .value("what a filter such as “map” gives cannot be written; add “|list” or “|join”")
        case .callable(let callable):
            guard case .macro(let macro, _) = callable.kind else {
                throw .value("a function cannot be written; call it with parentheses")
            }
            text += "<Macro \(PythonString.repr(macro.name))>"
        }
    }

    private func appendItems(
        _ items: [RuntimeValue], _ open: String, _ close: String, to text: inout String, depth: Int
    ) throws(Failure) {
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += ", " }
            try appendRepr(item, to: &text, depth: depth + 1)
        }
        text += close
    }

    private func appendDict(_ pairs: [(key: RuntimeValue, value: RuntimeValue)], to text: inout String, depth: Int)
        throws(Failure)
    {
        text += "{"
        for (index, pair) in pairs.enumerated() {
            if index > 0 { text += ", " }
            try appendRepr(pair.key, to: &text, depth: depth + 1)
            text += ": "
            try appendRepr(pair.value, to: &text, depth: depth + 1)
        }
        text += "}"
    }
}
