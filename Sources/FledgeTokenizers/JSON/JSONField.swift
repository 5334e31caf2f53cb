/// A place in a file that should hold a value of a certain type; asking for it names the place if it does not.
package struct JSONField: Sendable {
    package let value: JSONValue?
    /// The way from the root, like `model.vocab[3]`.
    package let path: String
    package let source: String

    /// The whole of a document.
    package init(root document: JSONDocument) {
        value = document.root
        path = ""
        source = document.source
    }

    private init(value: JSONValue?, path: String, source: String) {
        self.value = value
        self.path = path
        self.source = source
    }

    /// A member; it may be missing.
    package subscript(_ key: String) -> JSONField {
        JSONField(value: value?[key], path: path.isEmpty ? key : "\(path).\(key)", source: source)
    }

    package var isNullOrMissing: Bool { value?.isNull ?? true }

    package func string() throws(TokenizerError) -> String {
        guard let string = value?.string else { throw expected("a string") }
        return string
    }

    package func utf8() throws(TokenizerError) -> [UInt8] {
        guard let utf8 = value?.utf8 else { throw expected("a string") }
        return utf8
    }

    package func bool(default fallback: Bool? = nil) throws(TokenizerError) -> Bool {
        if isNullOrMissing, let fallback { return fallback }
        guard let boolean = value?.boolean else { throw expected("true or false") }
        return boolean
    }

    /// A whole number from 0 to 2³¹ − 1: a count, or a token id.
    package func index() throws(TokenizerError) -> Int {
        guard let integer = value?.integer, integer >= 0, integer <= Int(Int32.max) else {
            throw expected("a whole number that is not negative")
        }
        return integer
    }

    package func array() throws(TokenizerError) -> [JSONField] {
        guard let elements = value?.elements else { throw expected("an array") }
        return elements.enumerated().map { offset, element in
            JSONField(value: element, path: "\(path)[\(offset)]", source: source)
        }
    }

    package func object() throws(TokenizerError) -> [(key: String, field: JSONField)] {
        guard let members = value?.members else { throw expected("an object") }
        return members.map { ($0.key, JSONField(value: $0.value, path: "\(path).\($0.key)", source: source)) }
    }

    /// The error that this place is damaged in some way.
    package func damaged(_ problem: String) -> TokenizerError {
        .damaged(source, path.isEmpty ? "the whole file" : path, problem)
    }

    /// The error that a component is not known.
    package func unsupported(_ component: String, _ name: String) -> TokenizerError {
        .unsupported(file: source, component: component, name: name)
    }

    private func expected(_ what: String) -> TokenizerError {
        damaged(value == nil ? "it is missing, and should be \(what)" : "it should be \(what)")
    }
}
