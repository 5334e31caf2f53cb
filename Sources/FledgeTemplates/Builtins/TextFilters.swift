extension Renderer {
    func applyText(_ filter: Filter, to value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        switch filter {
        case .format:
            guard arguments.positional.isEmpty || arguments.keywords.isEmpty else {
                throw .value("“format” takes arguments with names or without, and not both")
            }
            let values =
                arguments.keywords.isEmpty
                ? RuntimeValue.tuple(try List(arguments.positional))
                : .dict(try Dict(arguments.keywords.map { (key: .string($0.name), value: $0.value) }))
            return .string(try percentFormat(try text(value), values))
        case .indent: return .string(try indent(value, arguments))
        case .truncate: return try truncate(value, arguments)
        case .replace:
            let bound = try arguments.bind(["old", "new", "count"], required: 2, to: "replace")
            let limit = try integer(bound[2], "replace") ?? -1
            let (old, new) = (try text(bound[0] ?? .none), try text(bound[1] ?? .none))
            return .string(try replace(old, in: try text(value), by: new, limit: limit))
        case .trim:
            let characters = try string(try arguments.bind(["chars"], to: "trim")[0], "trim")
            return .string(PythonString.strip(try charged(value), characters))
        case .center:
            let width = try integer(try arguments.bind(["width"], to: "center")[0], "center") ?? 80
            return .string(try pad(try charged(value), to: width, with: " ", as: "center"))
        default:
            _ = try arguments.bind([], to: filter.rawValue)
            return Renderer.changed(try charged(value), filter)
        }
    }

    private func charged(_ value: RuntimeValue) throws(Failure) -> String {
        let text = try text(value)
        try chargeText(bytes: text.utf8.count)
        return text
    }

    private static func changed(_ text: String, _ filter: Filter) -> RuntimeValue {
        switch filter {
        case .capitalize: return .string(PythonString.capitalize(text))
        case .lower: return .string(PythonString.lower(text))
        case .upper: return .string(text.uppercased())
        case .title: return .string(title(text))
        case .e, .escape, .forceescape: return .string(escaped(text))
        case .wordcount:
            var count = 0
            var isInside = false
            for scalar in text.unicodeScalars {
                if scalar.isWordCharacter, !isInside { count += 1 }
                isInside = scalar.isWordCharacter
            }
            return .integer(count)
        default: return .string(text)
        }
    }

    /// Jinja's `title`: words begin behind white space, hyphens and opening brackets.
    private static func title(_ text: String) -> String {
        func isBreak(_ scalar: Unicode.Scalar) -> Bool {
            scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
        }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if isBreak(first) {
                result.unicodeScalars.append(first)
                rest = rest.dropFirst()
                continue
            }
            let word = rest.prefix { !isBreak($0) }
            result += first.properties.uppercaseMapping + PythonString.lower(PythonString.text(word.dropFirst()))
            rest = rest[word.endIndex...]
        }
        return result
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private func indent(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> String {
        let bound = try arguments.bind(["width", "first", "blank"], to: "indent")
        guard let text = try string(value, "indent") else { throw .value("“indent” needs a string") }
        var indentation = ""
        if case .string(let text)? = bound[0] {
            indentation = text
        } else {
            indentation = try repeated(" ", try integer(bound[0], "indent") ?? 4)
        }
        let indentsBlank = try truth(bound[2] ?? .bool(false))
        var result = try truth(bound[1] ?? .bool(false)) ? indentation : ""
        for (index, line) in PythonString.lines(text + "\n").enumerated() {
            if index > 0 { result += "\n" }
            if index > 0, indentsBlank || !line.isEmpty { result += indentation }
            result += line
            try chargeText(bytes: result.utf8.count / 16)
            guard result.utf8.count <= limits.textBytes else { try chargeText(bytes: result.utf8.count); break }
        }
        return result
    }

    private func truncate(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["length", "killwords", "end", "leeway"], to: "truncate")
        let length = max(try integer(bound[0], "truncate") ?? 255, -1)
        let end = try string(bound[2], "truncate") ?? "..."
        let leeway = try integer(bound[3], "truncate") ?? 5
        let kept = length - end.unicodeScalars.count
        guard kept >= 0, leeway >= 0 else { throw .value("“truncate” needs a length that its end fits into") }
        if try self.length(value) - leeway <= length { return value }
        guard let text = try string(value, "truncate") else { throw .value("“truncate” needs a string") }
        try chargeText(bytes: text.utf8.count)
        let scalars = Array(text.unicodeScalars)
        var head = scalars.prefix(kept)
        if !(try truth(bound[1] ?? .bool(false))), let blank = head.lastIndex(of: " ") { head = head[..<blank] }
        return .string(PythonString.text(head) + end)
    }
}
