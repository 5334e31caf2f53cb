/// The functions that every template sees.
enum GlobalFunction: String {
    case range
    case dict
    case namespace
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}

extension Renderer {
    func call(_ function: GlobalFunction, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        switch function {
        case .range: return .range(try range(arguments))
        case .dict: return .dict(try Dict(try pairs(arguments, for: function)))
        case .namespace:
            let namespace = Namespace()
            try keep(namespace)
            for pair in try pairs(arguments, for: function) {
                try setAttribute(try text(pair.key), of: namespace, to: pair.value)
            }
            return .namespace(namespace)
        case .raiseException:
            let message = try arguments.bind(["message"], required: 1, to: function.rawValue)[0] ?? .none
            throw Failure(
                kind: .raised, problem: try text(message),
                remedy: "")
        case .strftimeNow:
            let format = try arguments.bind(["format"], required: 1, to: function.rawValue)[0]
            guard let format = try string(format, function.rawValue) else {
                throw .value("“strftime_now” needs a format")
            }
            try chargeText(bytes: format.utf8.count * 16)
            return .string(clock.now().formatted(format))
        }
    }

    private func range(_ arguments: Arguments) throws(Failure) -> PythonRange {
        let bound = try arguments.bind(["start", "stop", "step"], required: 1, to: "range")
        guard arguments.keywords.isEmpty else { throw .value("“range” has no named arguments") }
        var numbers: [Int] = []
        for value in bound.prefix(arguments.positional.count) {
            guard let number = try integer(value, "range") else { throw .value("“range” needs whole numbers") }
            numbers.append(number)
        }
        return try PythonRange(
            start: numbers.count > 1 ? numbers[0] : 0, stop: numbers.count > 1 ? numbers[1] : numbers[0],
            step: numbers.count > 2 ? numbers[2] : 1)
    }

    /// The pairs of a dictionary made from another, from a list of pairs, and from named arguments.
    private func pairs(_ arguments: Arguments, for function: GlobalFunction) throws(Failure)
        -> [(key: RuntimeValue, value: RuntimeValue)]
    {
        var pairs: [(key: RuntimeValue, value: RuntimeValue)] = []
        guard arguments.positional.count <= 1 else {
            throw .value("“\(function.rawValue)” takes at most one argument without a name")
        }
        switch arguments.positional.first {
        case nil: break
        case .dict(let dict)?:
            try charge(dict.count)
            pairs = dict.pairs
        case let other?:
            for item in try elements(of: other) {
                let pair = try elements(of: item)
                guard pair.count == 2 else { throw .value("“\(function.rawValue)” needs pairs of a key and a value") }
                pairs.append((pair[0], pair[1]))
            }
        }
        for (name, value) in arguments.keywords { pairs.append((.string(name), value)) }
        return pairs
    }
}
