/// A value while a template is rendered.
enum RuntimeValue {
    case undefined(Undefined)
    case none
    case bool(Bool)
    case integer(Int)
    case double(Double)
    case string(String)
    case list(List)
    case tuple(List)
    case dict(Dict)
    case range(PythonRange)
    case view(DictView)
    case generator(Generator)
    case namespace(Namespace)
    case callable(Callable)
    case loop(LoopState)

    /// Python's name of the type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .double: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .range: "range"
        case .view(let view): view.kind.rawValue
        case .generator: "generator"
        case .namespace: "Namespace"
        case .callable: "function"
        case .loop: "LoopContext"
        }
    }

    /// How much work walking through the value is: elements, and 16 bytes of text.
    var weight: Int {
        switch self {
        case .string(let text): 1 + text.utf8.count / 16
        case .list(let list), .tuple(let list): list.weight
        case .dict(let dict): dict.weight
        case .view(let view): view.dict.weight
        default: 1
        }
    }

    /// How deep containers nest.
    var depth: Int {
        switch self {
        case .list(let list), .tuple(let list): list.depth
        case .dict(let dict): dict.depth
        case .view(let view): view.dict.depth
        case .generator(let generator): generator.depth
        case .callable(let callable): callable.depth
        case .loop(let loop): loop.depth
        default: 0
        }
    }
}

/// A variable, attribute or element that does not exist; it fails only when its value is needed.
final class Undefined {
    /// What is missing, as errors say it.
    let what: String
    let isForbidden: Bool

    init(_ what: String, isForbidden: Bool = false) {
        self.what = what
        self.isForbidden = isForbidden
    }

    var failure: Failure {
        Failure(
            kind: isForbidden ? .value : .undefined, problem: what,
            remedy: isForbidden
                ? "Templates cannot change values: build a new one." : "Pass the value, or test it with “is defined”.")
    }
}

/// The elements of a list or tuple; they cannot be changed.
final class List {
    let items: [RuntimeValue]
    /// The attributes that give the elements, if the tuple has such.
    let names: [String]
    let weight: Int
    let depth: Int

    /// Makes a list, within the limits of depth and size.
    init(_ items: [RuntimeValue], names: [String] = []) throws(Failure) {
        self.items = items
        self.names = names
        (weight, depth) = try measure(items)
    }
}

/// The weight and depth of a container of values.
func measure(_ items: [RuntimeValue]) throws(Failure) -> (weight: Int, depth: Int) {
    var weight = 1
    var depth = 0
    for item in items {
        weight += item.weight
        depth = max(depth, item.depth)
        guard weight < 1 << 28 else { throw .limit("a list or dictionary holds more than can be handled") }
    }
    guard depth < TemplateLimits.nesting else { throw .tooDeep("the values") }
    return (weight, depth + 1)
}

/// A dictionary; it cannot be changed.
final class Dict {
    let keys: [RuntimeValue]
    let values: [RuntimeValue]
    private let positions: [HashKey: Int]
    let weight: Int
    let depth: Int

    /// Makes a dictionary of pairs; a later value of a repeated key replaces the earlier one.
    init(_ pairs: [(key: RuntimeValue, value: RuntimeValue)]) throws(Failure) {
        var keys: [RuntimeValue] = []
        var values: [RuntimeValue] = []
        var positions: [HashKey: Int] = [:]
        for pair in pairs {
            let hashKey = try HashKey(pair.key)
            if let position = positions[hashKey] {
                values[position] = pair.value
            } else {
                positions[hashKey] = keys.count
                keys.append(pair.key)
                values.append(pair.value)
            }
        }
        self.keys = keys
        self.values = values
        self.positions = positions
        (weight, depth) = try measure(keys + values)
    }

    var count: Int { keys.count }

    var pairs: [(key: RuntimeValue, value: RuntimeValue)] {
        zip(keys, values).map { (key: $0, value: $1) }
    }

    func value(_ key: HashKey) -> RuntimeValue? { positions[key].map { values[$0] } }

    func value(_ key: String) -> RuntimeValue? { value(.text(TextKey(key))) }

    /// The pairs as tuples.
    func items() throws(Failure) -> [RuntimeValue] {
        var items: [RuntimeValue] = []
        for pair in pairs { items.append(.tuple(try List([pair.key, pair.value]))) }
        return items
    }
}

/// What can be a dictionary's key; numbers that are equal are one key, as in Python.
enum HashKey: Hashable {
    case none
    case undefined
    case integer(Int)
    case double(Double)
    case text(TextKey)
    case tuple([HashKey])
    case range([Int])
    case identity(ObjectIdentifier)

    init(_ value: RuntimeValue) throws(Failure) {
        switch value {
        case .none: self = .none
        case .undefined: self = .undefined
        case .bool(let bool): self = .integer(bool ? 1 : 0)
        case .integer(let integer): self = .integer(integer)
        case .double(let double): self = Int(exactly: double).map { .integer($0) } ?? .double(double)
        case .string(let text): self = .text(TextKey(text))
        case .tuple(let list):
            var keys: [HashKey] = []
            for item in list.items { keys.append(try HashKey(item)) }
            self = .tuple(keys)
        case .range(let range):
            // Ranges are equal if their elements are.
            self = .range(Array([range.count, range.start, range.step].prefix(min(range.count, 2) + 1)))
        case .namespace(let namespace): self = .identity(ObjectIdentifier(namespace))
        case .loop(let loop): self = .identity(ObjectIdentifier(loop))
        default: throw .value("a \(value.typeName) cannot be a dictionary's key")
        }
    }
}
