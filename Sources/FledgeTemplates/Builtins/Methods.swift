/// The methods that values have.
enum Methods {
    private static let string: Set<String> = [
        "capitalize", "center", "count", "endswith", "find", "format", "index", "isalnum", "isalpha", "isascii",
        "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "isupper", "join", "ljust", "lower", "lstrip",
        "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
    ]
    private static let dict: Set<String> = ["copy", "get", "items", "keys", "values"]
    private static let list: Set<String> = ["copy", "count", "index"]
    private static let tuple: Set<String> = ["count", "index"]
    private static let dictMutating: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]
    private static let listMutating: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]

    static func names(_ value: RuntimeValue) -> Set<String> {
        switch value {
        case .string: string
        case .dict: dict
        case .list: list
        case .tuple, .range: tuple
        case .double: ["is_integer"]
        default: []
        }
    }

    /// The methods that Python has and a template must not call.
    static func mutating(_ value: RuntimeValue) -> Set<String> {
        switch value {
        case .dict: dictMutating
        case .list: listMutating
        default: []
        }
    }
}

extension Renderer {
    func callMethod(_ name: String, of receiver: RuntimeValue, _ arguments: Arguments) throws(Failure)
        -> RuntimeValue
    {
        switch receiver {
        case .string(let text): return try callStringMethod(name, of: text, arguments)
        case .dict(let dict): return try callMethod(name, of: dict, arguments)
        case .list(let list), .tuple(let list):
            if name == "copy" { return receiver }
            return try callMethod(name, of: list, arguments)
        case .range(let range): return try callMethod(name, of: try List(range.elements), arguments)
        case .loop(let loop): return try callMethod(name, of: loop, arguments)
        case .double(let double): return .bool(double.isFinite && double.rounded(.towardZero) == double)
        default: throw .value("a \(receiver.typeName) has no method “\(name)”")
        }
    }

    private func callMethod(_ name: String, of dict: Dict, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        switch name {
        case "get":
            guard arguments.keywords.isEmpty else { throw .value("“get” has no named arguments") }
            let bound = try arguments.bind(["key", "default"], required: 1, to: name)
            return dict.value(try HashKey(bound[0] ?? .none)) ?? bound[1] ?? .none
        case "keys": return .view(DictView(.keys, of: dict))
        case "values": return .view(DictView(.values, of: dict))
        case "items": return .view(DictView(.items, of: dict))
        default: return .dict(dict)
        }
    }

    private func callMethod(_ name: String, of list: List, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["value", "start", "stop"], required: 1, to: name)
        let value = bound[0] ?? .none
        try charge(list.items.count)
        if name == "count" {
            var count = 0
            for item in list.items where try isEqual(item, value) { count += 1 }
            return .integer(count)
        }
        let range = Renderer.range(list.items.count, try integer(bound[1], name), try integer(bound[2], name))
        for index in range where try isEqual(list.items[index], value) { return .integer(index) }
        throw .value("the list does not contain \(try repr(value))")
    }

    private func callMethod(_ name: String, of loop: LoopState, _ arguments: Arguments) throws(Failure)
        -> RuntimeValue
    {
        if name == "cycle" {
            guard !arguments.positional.isEmpty else { throw .value("“cycle” needs values") }
            return arguments.positional[loop.index0 % arguments.positional.count]
        }
        let values = try List(arguments.positional)
        if let last = loop.lastChanged, try isEqual(.tuple(last), .tuple(values)) { return .bool(false) }
        try keep(loop)
        loop.lastChanged = values
        return .bool(true)
    }

    /// The indices from `start` to `stop`, as Python takes them for a sequence.
    static func range(_ count: Int, _ start: Int?, _ stop: Int?) -> Range<Int> {
        func clamp(_ bound: Int) -> Int { min(max(bound < 0 ? max(bound, -count) + count : bound, 0), count) }
        let lower = clamp(start ?? 0)
        return lower..<max(lower, clamp(stop ?? count))
    }

    /// An argument that must be a whole number, if it is given.
    func integer(_ value: RuntimeValue?, _ callee: String) throws(Failure) -> Int? {
        switch value {
        case nil, .some(.none): return nil
        case .integer(let integer): return integer
        case .bool(let bool): return bool ? 1 : 0
        case .undefined(let undefined): throw undefined.failure
        case let other?: throw .value("“\(callee)” needs a whole number, and gets a \(other.typeName)")
        }
    }

    /// An argument that must be a string, if it is given.
    func string(_ value: RuntimeValue?, _ callee: String) throws(Failure) -> String? {
        switch value {
        case nil, .some(.none): return nil
        case .string(let text): return text
        case .undefined(let undefined): throw undefined.failure
        case let other?: throw .value("“\(callee)” needs a string, and gets a \(other.typeName)")
        }
    }
}
