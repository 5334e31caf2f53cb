/// The tests that stand behind `is`.
enum ValueTest: String {
    case boolean, callable, defined, divisibleby, eq, even, `false`, filter, float, ge, gt, `in`, integer, iterable
    case le, lower, lt, mapping, ne, none, number, odd, sameas, sequence, string, test, `true`, undefined, upper
    case escaped

    /// The test with a name, or with another name that Jinja has for it.
    init?(name: String) {
        switch name {
        case "==", "equalto": self = .eq
        case "!=": self = .ne
        case ">", "greaterthan": self = .gt
        case "<", "lessthan": self = .lt
        case ">=": self = .ge
        case "<=": self = .le
        default: self.init(rawValue: name)
        }
    }

    var comparison: Expression.Comparison? {
        switch self {
        case .eq: .equal
        case .ne: .notEqual
        case .lt: .less
        case .le: .lessOrEqual
        case .gt: .greater
        case .ge: .greaterOrEqual
        case .in: .isIn
        default: nil
        }
    }
}

extension Renderer {
    /// Whether `value is name(arguments)` holds.
    func isTrue(_ name: String, of value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> Bool {
        guard let test = ValueTest(name: name) else { throw .unknown("test", name) }
        if let comparison = test.comparison {
            let other = try arguments.bind(["other"], required: 1, to: name)[0] ?? .none
            return try holds(comparison, value, other)
        }
        switch test {
        case .divisibleby:
            let divisor = try arguments.bind(["num"], required: 1, to: name)[0] ?? .none
            return try isEqual(try arithmetic(.modulo, value, divisor), .integer(0))
        case .sameas:
            let other = try arguments.bind(["other"], required: 1, to: name)[0] ?? .none
            return value.typeName == other.typeName ? try isEqual(value, other) : false
        default: _ = try arguments.bind([], to: name)
        }
        switch test {
        case .even: return try isEqual(try arithmetic(.modulo, value, .integer(2)), .integer(0))
        case .odd: return try isEqual(try arithmetic(.modulo, value, .integer(2)), .integer(1))
        case .lower: return PythonString.hasCase(try text(value), lower: true)
        case .upper: return PythonString.hasCase(try text(value), lower: false)
        case .filter:
            guard case .string(let name) = value else { return false }
            return Filter(rawValue: name) != nil
        case .test:
            guard case .string(let name) = value else { return false }
            return ValueTest(name: name) != nil
        default: return Renderer.hasType(test, value)
        }
    }

    private static func hasType(_ test: ValueTest, _ value: RuntimeValue) -> Bool {
        switch (test, value) {
        case (.defined, .undefined): false
        case (.defined, _): true
        case (.undefined, .undefined), (.none, .none), (.boolean, .bool), (.integer, .integer), (.float, .double),
            (.string, .string), (.mapping, .dict):
            true
        case (.true, .bool(let bool)): bool
        case (.false, .bool(let bool)): !bool
        case (.number, _): value.number != nil
        case (.callable, .callable), (.callable, .undefined), (.callable, .loop): true
        case (.sequence, .string), (.sequence, .list), (.sequence, .tuple), (.sequence, .dict), (.sequence, .range),
            (.sequence, .undefined):
            true
        case (.iterable, .string), (.iterable, .list), (.iterable, .tuple), (.iterable, .dict), (.iterable, .range),
            (.iterable, .undefined), (.iterable, .view), (.iterable, .generator), (.iterable, .loop):
            true
        default: false
        }
    }
}
