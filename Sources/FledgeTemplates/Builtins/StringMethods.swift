extension Renderer {
    /// Calls a method of Python's `str`.
    func callStringMethod(_ name: String, of text: String, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        try chargeText(bytes: text.utf8.count * 2)
        switch name {
        case "upper", "lower", "title", "capitalize", "swapcase", "isalnum", "isalpha", "isascii", "isdecimal",
            "isdigit", "islower", "isnumeric", "isspace", "isupper":
            _ = try arguments.bind([], to: name)
            return Renderer.changeCase(name, text) ?? .bool(Renderer.hasClass(name, text))
        case "strip", "lstrip", "rstrip":
            let characters = try string(try arguments.bind(["chars"], to: name)[0], name)
            return .string(
                PythonString.strip(text, characters, left: name != "rstrip", right: name != "lstrip"))
        case "split", "rsplit": return try split(name, text, arguments)
        case "splitlines":
            let keep = try arguments.bind(["keepends"], to: name)[0] ?? .bool(false)
            return try strings(PythonString.lines(text, keepEnds: try truth(keep)))
        case "startswith", "endswith": return .bool(try matches(name, text, arguments))
        case "replace": return try replaceMethod(text, arguments)
        case "find", "rfind", "index", "rindex", "count": return try find(name, text, arguments)
        case "join": return .string(try join(try arguments.bind(["iterable"], required: 1, to: name)[0], text))
        case "format": return .string(try braceFormat(text, arguments))
        case "removeprefix", "removesuffix", "partition", "rpartition":
            let bound = try arguments.bind(["text"], required: 1, to: name)
            return try part(name, text, try string(bound[0], name) ?? "")
        default: return .string(try justify(name, text, arguments))
        }
    }

    private static func changeCase(_ name: String, _ text: String) -> RuntimeValue? {
        switch name {
        case "upper": .string(text.uppercased())
        case "lower": .string(PythonString.lower(text))
        case "title": .string(PythonString.title(text))
        case "capitalize": .string(PythonString.capitalize(text))
        case "swapcase":
            .string(
                text.unicodeScalars.map {
                    $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
                }.joined())
        default: nil
        }
    }

    private static func hasClass(_ name: String, _ text: String) -> Bool {
        switch name {
        case "islower": return PythonString.hasCase(text, lower: true)
        case "isupper": return PythonString.hasCase(text, lower: false)
        case "isascii": return text.utf8.allSatisfy { $0 < 0x80 }
        default: break
        }
        func isNumeric(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType != nil }
        return !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                switch name {
                case "isspace": scalar.isPythonSpace
                case "isdecimal": scalar.properties.numericType == .decimal
                case "isdigit":
                    scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
                case "isnumeric": isNumeric(scalar)
                case "isalpha": scalar.isPythonLetter
                default: scalar.isPythonLetter || isNumeric(scalar)
                }
            }
    }

    func strings(_ texts: [String]) throws(Failure) -> RuntimeValue {
        try charge(texts.count)
        return .list(try List(texts.map { .string($0) }))
    }

    private func split(_ name: String, _ text: String, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["sep", "maxsplit"], to: name)
        let maximum = try integer(bound[1], name) ?? -1
        let limit = maximum < 0 ? Int.max : maximum
        guard let separator = try string(bound[0], name) else {
            return try strings(PythonString.words(text, limit: limit, fromRight: name == "rsplit"))
        }
        guard !separator.isEmpty else { throw .value("“\(name)” needs a separator that is not empty") }
        let bytes = Array(text.utf8)
        let search = ByteSearch(Array(separator.utf8))
        let starts =
            name == "split" ? search.all(in: bytes, limit: limit) : search.allFromRight(in: bytes, limit: limit)
        return try strings(Renderer.pieces(bytes, starts, separator.utf8.count))
    }

    /// The pieces between separators that begin at `starts`.
    private static func pieces(_ bytes: [UInt8], _ starts: [Int], _ length: Int) -> [String] {
        var pieces: [String] = []
        var position = 0
        for start in starts {
            pieces.append(String(decoding: bytes[position..<start], as: UTF8.self))
            position = start + length
        }
        pieces.append(String(decoding: bytes[position...], as: UTF8.self))
        return pieces
    }

    private func matches(_ name: String, _ text: String, _ arguments: Arguments) throws(Failure) -> Bool {
        let bound = try arguments.bind(["prefix", "start", "end"], required: 1, to: name)
        let scalars = Array(text.unicodeScalars)
        let range = Renderer.range(scalars.count, try integer(bound[1], name), try integer(bound[2], name))
        if let start = try integer(bound[1], name), start > scalars.count { return false }
        var candidates = [bound[0] ?? .none]
        if case .tuple(let list)? = bound[0] { candidates = list.items }
        for candidate in candidates {
            guard let candidate = try string(candidate, name) else { throw .value("“\(name)” needs a string") }
            let wanted = Array(candidate.unicodeScalars)
            if name == "startswith"
                ? scalars[range].starts(with: wanted) : scalars[range].suffix(wanted.count).elementsEqual(wanted)
            {
                return true
            }
        }
        return false
    }

    private func replaceMethod(_ text: String, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["old", "new", "count"], required: 2, to: "replace")
        guard let old = try string(bound[0], "replace"), let new = try string(bound[1], "replace") else {
            throw .value("“replace” needs strings")
        }
        return .string(try replace(old, in: text, by: new, limit: try integer(bound[2], "replace") ?? -1))
    }

    /// Python's `str.replace`.
    func replace(_ old: String, in text: String, by new: String, limit: Int) throws(Failure) -> String {
        let limit = limit < 0 ? Int.max : limit
        try chargeText(bytes: text.utf8.count)
        if old.isEmpty {
            let count = min(limit, text.unicodeScalars.count + 1)
            try chargeText(bytes: new.utf8.count, times: count, extra: text.utf8.count)
            var result = ""
            for (index, scalar) in text.unicodeScalars.enumerated() {
                if index < count { result += new }
                result.unicodeScalars.append(scalar)
            }
            return count > text.unicodeScalars.count ? result + new : result
        }
        let bytes = Array(text.utf8)
        let starts = ByteSearch(Array(old.utf8)).all(in: bytes, limit: limit)
        guard !starts.isEmpty else { return text }
        try chargeText(bytes: new.utf8.count, times: starts.count, extra: bytes.count)
        return Renderer.pieces(bytes, starts, old.utf8.count).joined(separator: new)
    }

    /// Checks the length of a text of `count` times `bytes` and `extra` bytes.
    private func chargeText(bytes: Int, times count: Int, extra: Int) throws(Failure) {
        let (product, overflows) = bytes.multipliedReportingOverflow(by: count)
        let (total, overflowsToo) = product.addingReportingOverflow(extra)
        try chargeText(bytes: overflows || overflowsToo ? Int.max : total)
    }

    private func find(_ name: String, _ text: String, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["sub", "start", "end"], required: 1, to: name)
        guard let part = try string(bound[0], name) else { throw .value("“\(name)” needs a string") }
        let scalars = Array(text.unicodeScalars)
        let start = try integer(bound[1], name)
        let range = Renderer.range(scalars.count, start, try integer(bound[2], name))
        let isBeyond = (start ?? 0) > scalars.count
        let bytes = Array(PythonString.text(scalars[range]).utf8)
        let search = ByteSearch(Array(part.utf8))
        if name == "count" {
            if part.isEmpty { return .integer(isBeyond ? 0 : range.count + 1) }
            return .integer(search.all(in: bytes).count)
        }
        let isFromRight = name.hasPrefix("r")
        var found = isFromRight ? search.allFromRight(in: bytes, limit: 1).first : search.first(in: bytes)
        if part.isEmpty, isFromRight { found = bytes.count }
        guard let found, !isBeyond else {
            if name.hasSuffix("index") { throw .value("the string does not contain \(PythonString.repr(part))") }
            return .integer(-1)
        }
        return .integer(range.lowerBound + String(decoding: bytes[..<found], as: UTF8.self).unicodeScalars.count)
    }

    /// Python's `separator.join`.
    private func join(_ values: RuntimeValue?, _ separator: String) throws(Failure) -> String {
        var texts: [String] = []
        var bytes = 0
        for (index, value) in try elements(of: values ?? .none).enumerated() {
            guard case .string(let text) = value else {
                throw .value("“join” needs strings, and element \(index) is a \(value.typeName)")
            }
            bytes += text.utf8.count + separator.utf8.count
            try chargeText(bytes: bytes / 16)
            guard bytes <= limits.textBytes + separator.utf8.count else { try chargeText(bytes: bytes); break }
            texts.append(text)
        }
        return texts.joined(separator: separator)
    }

    private func part(_ name: String, _ text: String, _ part: String) throws(Failure) -> RuntimeValue {
        let (bytes, pattern) = (Array(text.utf8), Array(part.utf8))
        func decoded(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
        switch name {
        case "removeprefix":
            return .string(bytes.starts(with: pattern) ? decoded(bytes[pattern.count...]) : text)
        case "removesuffix":
            let hasSuffix = bytes.suffix(pattern.count).elementsEqual(pattern)
            return .string(hasSuffix ? decoded(bytes[..<(bytes.count - pattern.count)]) : text)
        default: break
        }
        guard !pattern.isEmpty else { throw .value("“\(name)” needs a separator that is not empty") }
        let search = ByteSearch(pattern)
        let isFromRight = name == "rpartition"
        var parts = isFromRight ? ["", "", text] : [text, "", ""]
        if let start = isFromRight ? search.allFromRight(in: bytes, limit: 1).first : search.first(in: bytes) {
            parts = [decoded(bytes[..<start]), part, decoded(bytes[(start + pattern.count)...])]
        }
        return .tuple(try List(parts.map { .string($0) }))
    }

    private func justify(_ name: String, _ text: String, _ arguments: Arguments) throws(Failure) -> String {
        let bound = try arguments.bind(["width", "fillchar"], required: 1, to: name)
        let width = try integer(bound[0], name) ?? 0
        let fill = try string(bound[1], name) ?? (name == "zfill" ? "0" : " ")
        guard fill.unicodeScalars.count == 1 else { throw .value("“\(name)” fills with one character only") }
        return try pad(text, to: width, with: fill, as: name)
    }

    /// The text filled up to a width; `name` is `ljust`, `rjust`, `center` or `zfill`.
    func pad(_ text: String, to width: Int, with fill: String, as name: String) throws(Failure) -> String {
        let count = text.unicodeScalars.count
        guard width > count else { return text }
        let missing = width - count
        let filling = try repeated(fill, missing)
        try chargeText(bytes: filling.utf8.count + text.utf8.count)
        switch name {
        case "ljust": return text + filling
        case "rjust": return filling + text
        case "zfill":
            guard let sign = text.unicodeScalars.first, sign == "-" || sign == "+" else { return filling + text }
            return String(sign) + filling + PythonString.text(text.unicodeScalars.dropFirst())
        default:
            let left = missing / 2 + (missing & width & 1)
            return try repeated(fill, left) + text + repeated(fill, missing - left)
        }
    }
}
