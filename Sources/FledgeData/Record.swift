public import FledgeTemplates

/// One record of a data set: values with names, in the order of the file.
public struct Record: Sendable {
    /// Where a record comes from.
    public struct Place: Sendable, Equatable {
        /// The path of the file.
        public var file: String
        /// The line on which the record begins, counted from 1.
        public var line: Int

        /// Creates a place.
        public init(file: String, line: Int) {
            self.file = file
            self.line = line
        }
    }

    /// The names of the fields, in order.
    public private(set) var names: [String]
    /// The values of the fields, in the order of ``names``.
    public private(set) var values: [Value]
    /// Where the record comes from, if it comes from a file.
    public var place: Place?

    /// Creates a record; the last value of a repeated name counts, at the place of the first.
    ///
    /// - Complexity: O(n²) in the number of fields.
    public init(_ fields: some Sequence<(key: String, value: Value)>, place: Place? = nil) {
        names = []
        values = []
        self.place = place
        for field in fields { self[field.key] = field.value }
    }

    /// Creates a record of an object's members, in their order.
    public init(_ object: Value.Object, place: Place? = nil) {
        names = object.keys
        values = object.map { $0.1 }
        self.place = place
    }

    /// Takes as many names as values; the names are all different.
    init(names: [String], values: [Value], place: Place?) {
        self.names = names
        self.values = values
        self.place = place
    }

    /// The value of a field. Setting nil removes the field; setting a new one adds it at the end.
    ///
    /// - Complexity: O(n) in the number of fields, of which records have few.
    public subscript(name: String) -> Value? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            if let index = names.firstIndex(of: name) {
                if let newValue {
                    values[index] = newValue
                } else {
                    names.remove(at: index)
                    values.remove(at: index)
                }
            } else if let newValue {
                names.append(name)
                values.append(newValue)
            }
        }
    }

    /// The fields as the variables of a template.
    public var variables: [String: Value] {
        Dictionary(zip(names, values), uniquingKeysWith: { _, last in last })
    }
}

extension Record: Equatable {
    /// Whether both have the same fields in the same order, wherever they come from.
    public static func == (left: Record, right: Record) -> Bool {
        left.names == right.names && left.values == right.values
    }
}

extension Record: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }
}
