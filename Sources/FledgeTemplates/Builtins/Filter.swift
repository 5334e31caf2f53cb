/// The filters, by the names that templates use.
enum Filter: String, CaseIterable {
    case abs, attr, batch, capitalize, center, count, d, `default`, dictsort, e, escape, first, float, forceescape
    case format, groupby, indent, int, items, join, last, length, list, lower, map, max, min, reject, rejectattr
    case replace, reverse, round, safe, select, selectattr, slice, sort, string, sum, title, tojson, trim, truncate
    case unique, upper, wordcount
}

extension Renderer {
    /// The value of `value|name(arguments)`.
    func apply(_ name: String, to value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        guard let filter = Filter(rawValue: name) else { throw .unknown("filter", name) }
        switch filter {
        case .capitalize, .center, .e, .escape, .forceescape, .format, .indent, .lower, .replace, .safe, .string,
            .title, .trim, .truncate, .upper, .wordcount:
            return try applyText(filter, to: value, arguments)
        case .abs, .float, .int, .round, .sum: return try applyNumber(filter, to: value, arguments)
        case .map, .reject, .rejectattr, .select, .selectattr: return try applyLazy(filter, to: value, arguments)
        case .dictsort, .groupby, .max, .min, .sort, .unique: return try applyOrder(filter, to: value, arguments)
        case .attr, .d, .default, .tojson, .join: return try applyValue(filter, to: value, arguments)
        case .batch, .count, .first, .items, .last, .length, .list, .reverse, .slice:
            return try applySequence(filter, to: value, arguments)
        }
    }

    private func applyValue(_ filter: Filter, to value: RuntimeValue, _ arguments: Arguments) throws(Failure)
        -> RuntimeValue
    {
        switch filter {
        case .attr:
            let bound = try arguments.bind(["name"], required: 1, to: "attr")
            guard let name = try string(bound[0], "attr") else { throw .value("“attr” needs a name") }
            if case .dict = value, !Methods.names(value).contains(name) {
                return .undefined(Undefined("a dict has no attribute “\(name)”"))
            }
            return try attribute(name, of: value)
        case .d, .default:
            let bound = try arguments.bind(["default_value", "boolean"], to: "default")
            var isMissing = false
            if case .undefined = value { isMissing = true }
            if !isMissing, let boolean = bound[1], try truth(boolean) { isMissing = !(try truth(value)) }
            return isMissing ? bound[0] ?? .string("") : value
        case .join:
            let bound = try arguments.bind(["d", "attribute"], to: "join")
            return .string(try join(value, by: try text(bound[0] ?? .string("")), attribute: bound[1]))
        default:
            let bound = try arguments.bind(["ensure_ascii", "indent", "separators", "sort_keys"], to: "tojson")
            return .string(try json(value, try jsonStyle(bound)))
        }
    }

    private func jsonStyle(_ bound: [RuntimeValue?]) throws(Failure) -> JSONStyle {
        var style = JSONStyle()
        style.ensureASCII = try truth(bound[0] ?? .bool(false))
        style.sortKeys = try truth(bound[3] ?? .bool(false))
        switch bound[1] {
        case .string(let text)?: style.indent = text
        case let value:
            if let width = try integer(value, "tojson") { style.indent = try repeated(" ", width) }
        }
        if style.indent != nil { style.itemSeparator = "," }
        try chargeText(bytes: (style.indent?.utf8.count ?? 0) * TemplateLimits.nesting)
        if let separators = bound[2], try truth(separators) {
            let pair = try elements(of: separators)
            guard pair.count == 2, let item = try string(pair[0], "tojson"), let key = try string(pair[1], "tojson")
            else { throw .value("“separators” needs two strings") }
            style.itemSeparator = item
            style.keySeparator = key
        }
        return style
    }

    private func join(_ value: RuntimeValue, by separator: String, attribute: RuntimeValue?) throws(Failure)
        -> String
    {
        let path = try AttributePath(attribute)
        var result = ""
        for (index, element) in try elements(of: value).enumerated() {
            if index > 0 { result += separator }
            result += try text(try self.value(of: element, at: path))
            guard result.utf8.count <= limits.textBytes else { try chargeText(bytes: result.utf8.count); break }
        }
        try chargeText(bytes: result.utf8.count)
        return result
    }
}

/// The way to an attribute of an attribute, as filters are given it: `name.0.other`.
struct AttributePath {
    let parts: [RuntimeValue]

    init(_ value: RuntimeValue?) throws(Failure) {
        switch value {
        case nil, .some(.none): parts = []
        case .string(let text)?:
            parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
                if !part.isEmpty, part.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let index = Int(part) {
                    .integer(index)
                } else {
                    .string(String(part))
                }
            }
        case let other?: parts = [other]
        }
    }
}

extension Renderer {
    /// The attribute that a path leads to; `fallback` stands for what is missing.
    func value(of element: RuntimeValue, at path: AttributePath, fallback: RuntimeValue? = nil) throws(Failure)
        -> RuntimeValue
    {
        var value = element
        for part in path.parts {
            value = try item(part, of: value)
            if let fallback, case .undefined = value { value = fallback }
        }
        return value
    }

    /// A string in small letters; other values as they are.
    func ignoringCase(_ value: RuntimeValue) throws(Failure) -> RuntimeValue {
        guard case .string(let text) = value else { return value }
        try chargeText(bytes: text.utf8.count)
        return .string(PythonString.lower(text))
    }
}
