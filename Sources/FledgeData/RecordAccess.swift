public import FledgeTemplates

extension Record {
    /// The error for something that is wrong with this record.
    ///
    /// - Parameters:
    ///   - problem: what is wrong, a sentence without its full stop.
    ///   - remedy: what to do about it, a whole sentence.
    /// - Returns: the error, with the record's file and line.
    public func error(_ problem: String, remedy: String = "Correct the line, or leave it out.") -> DataError {
        guard let place else { return .malformed(file: "record", line: 1, problem: problem, remedy: remedy) }
        return .malformed(file: place.file, line: place.line, problem: problem, remedy: remedy)
    }

    /// The value of a field that there must be.
    ///
    /// - Throws: ``DataError/malformed(file:line:problem:remedy:)`` if there is no such field.
    public func value(of name: String) throws(DataError) -> Value {
        if let value = self[name] { return value }
        let there = names.prefix(20).map { "“\($0)”" }.joined(separator: ", ")
        throw error(
            "there is no field “\(name)”",
            remedy: names.isEmpty ? "The record is empty." : "The record has \(there): name one of them, or rename it.")
    }

    /// The text of a field: a string, or a number or truth value as JSON writes it.
    ///
    /// - Throws: a ``DataError`` if there is no such field or it is something else.
    public func text(of name: String) throws(DataError) -> String {
        switch try value(of: name) {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .double(let number): return String(number)
        case .bool(let truth): return truth ? "true" : "false"
        case let other: throw mismatch(name, other, "a text")
        }
    }

    /// The whole number of a field; a string may spell it, as in CSV files.
    ///
    /// - Throws: a ``DataError`` if there is no such field or it is something else.
    public func integer(of name: String) throws(DataError) -> Int {
        let value = try value(of: name)
        switch value {
        case .int(let number): return number
        case .bool(let truth): return truth ? 1 : 0
        case .double(let number): if let exact = Int(exactly: number) { return exact }
        case .string(let text): if let number = Int(text) { return number }
        default: break
        }
        throw mismatch(name, value, "a whole number")
    }

    /// The number of a field; a string may spell it, as in CSV files.
    ///
    /// - Throws: a ``DataError`` if there is no such field or it is something else.
    public func number(of name: String) throws(DataError) -> Double {
        let value = try value(of: name)
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .string(let text): if let number = Double(text), number.isFinite { return number }
        default: break
        }
        throw mismatch(name, value, "a number")
    }

    /// The list of a field.
    ///
    /// - Throws: a ``DataError`` if there is no such field or it is something else.
    public func list(of name: String) throws(DataError) -> [Value] {
        let value = try value(of: name)
        guard case .array(let elements) = value else { throw mismatch(name, value, "a list") }
        return elements
    }

    /// The list of texts of a field.
    ///
    /// - Throws: a ``DataError`` if there is no such field or it is something else.
    public func texts(of name: String) throws(DataError) -> [String] {
        var texts: [String] = []
        for element in try list(of: name) {
            guard case .string(let text) = element else { throw mismatch(name, element, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// The list of whole numbers of a field.
    ///
    /// - Throws: a ``DataError`` if there is no such field or it is something else.
    public func integers(of name: String) throws(DataError) -> [Int] {
        let elements = try list(of: name)
        var numbers: [Int] = []
        numbers.reserveCapacity(elements.count)
        for element in elements {
            guard case .int(let number) = element else { throw mismatch(name, element, "a list of whole numbers") }
            numbers.append(number)
        }
        return numbers
    }

    private func mismatch(_ name: String, _ value: Value, _ wanted: String) -> DataError {
        error("the field “\(name)” should be \(wanted), and there is \(value.kindInWords)")
    }
}

extension Value {
    /// What kind of value it is, for errors; texts are shown when they are short.
    package var kindInWords: String {
        switch self {
        case .null: "nothing (null)"
        case .bool(let truth): "the truth value \(truth)"
        case .int(let number): "the whole number \(number)"
        case .double(let number): "the number \(number)"
        case .string(let text): text.utf8.count <= 40 ? "the text “\(text)”" : "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
