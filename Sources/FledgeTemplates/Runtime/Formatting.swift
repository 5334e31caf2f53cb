extension Renderer {
    /// Python's `format % values`.
    func percentFormat(_ format: String, _ values: RuntimeValue) throws(Failure) -> String {
        var rest = Array(format.unicodeScalars)[...]
        var values = PercentValues(values)
        var text = ""
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            var specification = FormatSpecification()
            specification.alignment = ">"
            let key = try Renderer.percentKey(&rest)
            try readFlags(&rest, &specification, &values)
            guard let type = rest.popFirst() else { throw .value("the format ends behind “%”") }
            if type == "%" {
                text += "%"
                continue
            }
            specification.type = type
            text += try percentFormatted(try values.next(key), specification)
            try chargeText(bytes: text.utf8.count)
        }
        guard values.isFinished else { throw .value("there are more values than the format uses") }
        return text
    }

    /// The name in `%(name)s`.
    private static func percentKey(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Failure) -> String? {
        guard rest.first == "(" else { return nil }
        guard let close = rest.firstIndex(of: ")") else { throw .value("“%(” has no “)” in the format") }
        let key = PythonString.text(rest[(rest.startIndex + 1)..<close])
        rest = rest[(close + 1)...]
        return key
    }

    private func readFlags(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ specification: inout FormatSpecification,
        _ values: inout PercentValues
    ) throws(Failure) {
        var isLeft = false
        while let flag = rest.first, "-+ #0".unicodeScalars.contains(flag) {
            switch flag {
            case "-": isLeft = true
            case "#": specification.isAlternate = true
            case "0":
                specification.fill = "0"
                specification.alignment = "="
            default: if specification.sign != "+" { specification.sign = flag }
            }
            rest.removeFirst()
        }
        specification.width = try percentNumber(&rest, &values) ?? 0
        if specification.width < 0 || isLeft {
            specification.width = abs(specification.width)
            specification.alignment = "<"
            specification.fill = " "
        }
        if rest.first == "." {
            rest.removeFirst()
            specification.precision = max(try percentNumber(&rest, &values) ?? 0, 0)
        }
    }

    private func percentNumber(_ rest: inout ArraySlice<Unicode.Scalar>, _ values: inout PercentValues)
        throws(Failure) -> Int?
    {
        guard rest.first == "*" else { return try FormatSpecification.number(&rest) }
        rest.removeFirst()
        guard case .integer(let number) = try values.next(nil), abs(Double(number)) <= 100_000 else {
            throw .value("“*” in a format needs a whole number below 100000")
        }
        return number
    }

    private func percentFormatted(_ value: RuntimeValue, _ given: FormatSpecification) throws(Failure) -> String {
        var specification = given
        switch given.type {
        case "s", "r", "a":
            if specification.alignment == "=" {
                specification.alignment = ">"
                specification.fill = " "
            }
            return specification.formatted(given.type == "s" ? try text(value) : try repr(value))
        case "c":
            if case .string(let text) = value, text.unicodeScalars.count == 1 {
                return specification.padded(text, isNumber: false)
            }
            guard case .integer(let code) = value else { throw .value("“%c” needs a character") }
            return try specification.formatted(code)
        case "d", "i", "u", "x", "X", "o":
            let isDecimal = "diu".unicodeScalars.contains(given.type ?? "d")
            if isDecimal { specification.type = "d" }
            switch value.number {
            case .integer(let integer)?: return try specification.formatted(integer)
            case .double(let double)? where isDecimal:
                guard let integer = Int(exactly: double.rounded(.towardZero)) else { break }
                return try specification.formatted(integer)
            default: break
            }
            throw .value("“%\(given.type.map { String($0) } ?? "")” needs a number, and gets a \(value.typeName)")
        case "f", "F", "e", "E", "g", "G":
            guard let number = value.number else {
                throw .value("the format needs a number, and gets a \(value.typeName)")
            }
            return try specification.formatted(number.double)
        default: throw .value("“%\(given.type.map { String($0) } ?? "")” is not a format")
        }
    }

    /// Python's `format.format(…)`, without attributes' conversions that the sandbox forbids.
    func braceFormat(_ format: String, _ arguments: Arguments) throws(Failure) -> String {
        var rest = Array(format.unicodeScalars)[...]
        var automatic = 0
        return try braceFormat(&rest, arguments, &automatic, isNested: false)
    }

    private func braceFormat(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int, isNested: Bool
    ) throws(Failure) -> String {
        var text = ""
        while let scalar = rest.first {
            if isNested, scalar == "}" { return text }
            rest.removeFirst()
            if !isNested, scalar == "{" || scalar == "}", rest.first == scalar {
                text.unicodeScalars.append(scalar)
                rest.removeFirst()
            } else if scalar == "{" {
                text += try field(&rest, arguments, &automatic, isNested: isNested)
                try chargeText(bytes: text.utf8.count)
            } else if scalar == "}" {
                throw .value("a “}” in the format closes nothing")
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        if isNested { throw .value("a “{” in the format has no “}”") }
        return text
    }

    private func field(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int, isNested: Bool
    ) throws(Failure) -> String {
        let end = rest.firstIndex { "!:}".unicodeScalars.contains($0) } ?? rest.endIndex
        var value = try fieldValue(PythonString.text(rest[..<end]), arguments, &automatic)
        rest = rest[end...]
        if rest.first == "!" {
            let conversion = rest.dropFirst().first
            guard conversion == "r" || conversion == "s" else { throw .value("the format knows “!r” and “!s” only") }
            value = .string(conversion == "r" ? try repr(value) : try text(value))
            rest = rest.dropFirst(2)
        }
        var specification = ""
        if rest.first == ":" {
            guard !isNested else { throw .value("the formats nest too deep") }
            rest.removeFirst()
            specification = try braceFormat(&rest, arguments, &automatic, isNested: true)
        }
        guard rest.popFirst() == "}" else { throw .value("a “{” in the format has no “}”") }
        return try formatted(value, specification)
    }

    private func fieldValue(_ name: String, _ arguments: Arguments, _ automatic: inout Int) throws(Failure)
        -> RuntimeValue
    {
        var rest = Array(name.unicodeScalars)[...]
        let head = PythonString.text(rest.prefix { $0 != "." && $0 != "[" })
        rest = rest.dropFirst(head.unicodeScalars.count)
        var value: RuntimeValue
        if let index = head.isEmpty ? automatic : Int(head) {
            if head.isEmpty { automatic += 1 }
            guard arguments.positional.indices.contains(index) else {
                throw .value("the format needs a value number \(index)")
            }
            value = arguments.positional[index]
        } else if let keyword = arguments.keywords.first(where: { $0.name == head }) {
            value = keyword.value
        } else {
            throw .value("the format needs a value “\(head)”")
        }
        while let opener = rest.popFirst() {
            let isItem = opener == "["
            let part = rest.prefix { isItem ? $0 != "]" : $0 != "." && $0 != "[" }
            rest = rest.dropFirst(part.count + (isItem ? 1 : 0))
            let text = PythonString.text(part)
            value =
                try isItem
                ? item(Int(text).map { .integer($0) } ?? .string(text), of: value) : attribute(text, of: value)
        }
        return value
    }

    /// Python's `format(value, specification)`.
    private func formatted(_ value: RuntimeValue, _ text: String) throws(Failure) -> String {
        if text.isEmpty { return try self.text(value) }
        let specification = try FormatSpecification(text)
        switch value {
        case .string(let string):
            guard specification.type == nil || specification.type == "s", specification.alignment != "=" else {
                throw .value("“\(text)” is not a format of strings")
            }
            return specification.formatted(string)
        case .integer, .bool, .double:
            if case .integer(let integer)? = value.number { return try specification.formatted(integer) }
            return try specification.formatted(value.number?.double ?? .nan)
        default: throw .value("a \(value.typeName) has no format “\(text)”")
        }
    }
}

/// The values to the right of `%`.
private struct PercentValues {
    private let values: [RuntimeValue]
    private let mapping: Dict?
    private let isTuple: Bool
    private var position = 0

    init(_ value: RuntimeValue) {
        if case .tuple(let list) = value {
            (values, mapping, isTuple) = (list.items, nil, true)
        } else if case .dict(let dict) = value {
            (values, mapping, isTuple) = ([value], dict, false)
        } else {
            (values, mapping, isTuple) = ([value], nil, false)
        }
    }

    var isFinished: Bool {
        if position >= values.count || mapping != nil { return true }
        if isTuple { return false }
        // Python takes everything that has elements, other than a string, for a dictionary here.
        switch values.first {
        case .list?, .range?, .undefined?: return true
        default: return false
        }
    }

    mutating func next(_ key: String?) throws(Failure) -> RuntimeValue {
        if let key {
            guard let mapping else { throw .value("“%(\(key))” needs a dictionary") }
            guard let value = mapping.value(key) else { throw .value("the format needs a value “\(key)”") }
            return value
        }
        guard position < values.count else { throw .value("the format needs more values") }
        position += 1
        return values[position - 1]
    }
}
