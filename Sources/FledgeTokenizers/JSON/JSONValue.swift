/// One value inside a ``JSONDocument``.
///
/// A value is an index into the document; looking at it copies nothing.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    var node: JSONNode { document.nodes[index] }

    /// Whether the value is `null`.
    package var isNull: Bool { node.kind == .null }

    /// The value, if it is `true` or `false`.
    package var boolean: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The value, if it is a finite number.
    package var number: Double? {
        guard node.kind == .number else { return nil }
        let value = withBytes { JSONNumber.parse($0) }
        return value.isFinite ? value : nil
    }

    /// The value, if it is a whole number that fits.
    package var integer: Int? {
        guard node.kind == .number else { return nil }
        if let exact = withBytes({ JSONNumber.integer($0) }) { return exact }
        guard let number else { return nil }
        return Int(exactly: number)
    }

    /// The value, if it is a string.
    package var string: String? {
        guard let utf8 else { return nil }
        return String(decoding: utf8, as: UTF8.self)
    }

    /// The UTF-8 of the value, if it is a string.
    package var utf8: [UInt8]? {
        switch node.kind {
        case .string: withBytes { Array($0) }
        case .escapedString: withBytes { JSONEscape.decode($0) }
        default: nil
        }
    }

    /// The JSON text of an array, object, number or word, as it was written; of a string, what is between its quotes.
    package var text: [UInt8] { withBytes { Array($0) } }

    /// The elements, if the value is an array. The sequence is lazy.
    package var elements: Elements? { node.kind == .array ? Elements(document: document, index: index) : nil }

    /// The members in the order of the text, if the value is an object. A repeated key appears repeatedly.
    package var members: [(key: String, value: JSONValue)]? {
        guard node.kind == .object else { return nil }
        var result: [(key: String, value: JSONValue)] = []
        var next = index + 1
        while next < Int(node.next) {
            let key = JSONValue(document: document, index: next)
            let value = JSONValue(document: document, index: next + 1)
            result.append((key.string ?? "", value))
            next = Int(value.node.next)
        }
        return result
    }

    /// The member with a key, if the value is an object that has it; the last one if the key is repeated.
    package subscript(_ key: String) -> JSONValue? {
        guard node.kind == .object else { return nil }
        var found: JSONValue?
        var next = index + 1
        while next < Int(node.next) {
            let name = JSONValue(document: document, index: next)
            let value = JSONValue(document: document, index: next + 1)
            if name.equals(key) { found = value }
            next = Int(value.node.next)
        }
        return found
    }

    /// The value's bytes: for a string those between the quotes, escapes undecoded.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let node = node
        return document.bytes.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[Int(node.start)..<Int(node.end)]))
        }
    }

    private func equals(_ key: String) -> Bool {
        switch node.kind {
        case .string: withBytes { $0.elementsEqual(key.utf8) }
        default: string == key
        }
    }
}

extension JSONValue {
    /// The elements of an array, in order.
    package struct Elements: Sequence, IteratorProtocol, Sendable {
        let document: JSONDocument
        private var position: Int
        private let end: Int

        init(document: JSONDocument, index: Int) {
            self.document = document
            position = index + 1
            end = Int(document.nodes[index].next)
        }

        package mutating func next() -> JSONValue? {
            guard position < end else { return nil }
            let value = JSONValue(document: document, index: position)
            position = Int(value.node.next)
            return value
        }
    }
}
