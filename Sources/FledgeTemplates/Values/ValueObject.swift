extension Value {
    /// A dictionary that keeps the order in which its keys were added.
    public struct Object: Sendable {
        /// The keys, in order.
        public private(set) var keys: [String] = []
        private var values: [Value] = []
        /// Where the keys are, once there are so many that looking for one takes long.
        private var positions: [TextKey: Int] = [:]

        /// Up to how many keys are looked for one by one.
        private static let few = 8

        /// Creates an empty object.
        public init() {}

        /// Creates an object of pairs; the last value of a repeated key counts, at the place of the first.
        public init(_ pairs: some Sequence<(key: String, value: Value)>) {
            for pair in pairs { self[pair.key] = pair.value }
        }

        /// How many keys there are.
        public var count: Int { keys.count }

        /// Whether there are no keys.
        public var isEmpty: Bool { keys.isEmpty }

        /// The value of a key. Setting nil removes the key.
        ///
        /// - Complexity: O(1); removing is O(n).
        public subscript(key: String) -> Value? {
            get { position(of: key).map { values[$0] } }
            set {
                if let position = position(of: key) {
                    if let newValue {
                        values[position] = newValue
                    } else {
                        remove(at: position)
                    }
                } else if let newValue {
                    append(key, newValue)
                }
            }
        }

        private func position(of key: String) -> Int? {
            guard keys.count <= Object.few else { return positions[TextKey(key)] }
            return keys.firstIndex { $0.utf8.elementsEqual(key.utf8) }
        }

        private mutating func append(_ key: String, _ value: Value) {
            keys.append(key)
            values.append(value)
            if keys.count == Object.few + 1 {
                for (position, key) in keys.enumerated() { positions[TextKey(key)] = position }
            } else if keys.count > Object.few {
                positions[TextKey(key)] = keys.count - 1
            }
        }

        private mutating func remove(at position: Int) {
            keys.remove(at: position)
            values.remove(at: position)
            positions = [:]
            guard keys.count > Object.few else { return }
            for (position, key) in keys.enumerated() { positions[TextKey(key)] = position }
        }
    }
}

extension Value.Object: Sequence {
    /// The pairs, in order.
    public func makeIterator() -> Zip2Sequence<[String], [Value]>.Iterator { zip(keys, values).makeIterator() }
}

extension Value.Object: Equatable {
    /// Whether both have the same keys with the same values; as in Python, the order does not matter.
    public static func == (left: Value.Object, right: Value.Object) -> Bool {
        left.count == right.count && left.allSatisfy { key, value in right[key] == value }
    }
}

extension Value.Object: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }
}

/// A text as a dictionary's key: code points count, and not, as for `String`, what they look like.
struct TextKey: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: TextKey, right: TextKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }
}
