extension Renderer {
    /// The value of an expression.
    func evaluate(_ expression: Expression, in scope: Scope) throws(Failure) -> RuntimeValue {
        try descend()
        defer { ascend() }
        switch expression.kind {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .name(let name): return variable(name, in: scope)
        case .all(let parts): return try firstFalse(parts, in: scope)
        case .any(let parts): return try firstTrue(parts, in: scope)
        case .not(let operand): return .bool(!(try truth(try evaluate(operand, in: scope))))
        case .conditional(let test, let then, let otherwise):
            return try conditional(test, then, otherwise, in: scope)
        case .attribute(let value, let name): return try attribute(value, name, at: expression.place, in: scope)
        case .item, .slice: return try evaluateItem(expression, in: scope)
        case .call: return try evaluateCall(expression, caller: nil, in: scope)
        case .filter(let value, let filter): return try evaluateFilter(value, filter, in: scope)
        case .test(let value, let test): return try evaluateTest(value, test, in: scope)
        default: return try evaluateOperation(expression, in: scope)
        }
    }

    @inline(never)
    private func evaluateOperation(_ expression: Expression, in scope: Scope) throws(Failure) -> RuntimeValue {
        switch expression.kind {
        case .list(let items): return .list(try list(items, in: scope))
        case .tuple(let items): return .tuple(try list(items, in: scope))
        case .dict(let pairs): return try dict(pairs, at: expression.place, in: scope)
        case .arithmetic(let first, let rest):
            var value = try evaluate(first, in: scope)
            for (symbol, operand) in rest {
                let right = try evaluate(operand, in: scope)
                place = expression.place
                value = try arithmetic(symbol, value, right)
            }
            return value
        case .negate(let operand), .plus(let operand):
            let value = try evaluate(operand, in: scope)
            place = expression.place
            if case .negate = expression.kind { return try negate(value) }
            return try plus(value)
        case .concatenate(let parts): return try concatenate(parts, at: expression.place, in: scope)
        case .compare(let first, let rest): return try compare(first, rest, at: expression.place, in: scope)
        default: return .none
        }
    }

    private func variable(_ name: String, in scope: Scope) -> RuntimeValue {
        if let value = scope.value(name) { return value }
        if let function = GlobalFunction(rawValue: name) { return .callable(Callable(.function(function))) }
        return .undefined(Undefined("the variable “\(name)” is not defined"))
    }

    @inline(never)
    private func firstFalse(_ parts: [Expression], in scope: Scope) throws(Failure) -> RuntimeValue {
        var value = RuntimeValue.bool(true)
        for part in parts {
            value = try evaluate(part, in: scope)
            if !(try truth(value)) { break }
        }
        return value
    }

    @inline(never)
    private func firstTrue(_ parts: [Expression], in scope: Scope) throws(Failure) -> RuntimeValue {
        var value = RuntimeValue.bool(false)
        for part in parts {
            value = try evaluate(part, in: scope)
            if try truth(value) { break }
        }
        return value
    }

    @inline(never)
    private func conditional(_ test: Expression, _ then: Expression, _ otherwise: Expression?, in scope: Scope)
        throws(Failure) -> RuntimeValue
    {
        if try truth(try evaluate(test, in: scope)) { return try evaluate(then, in: scope) }
        if let otherwise { return try evaluate(otherwise, in: scope) }
        return .undefined(Undefined("an inline “if” without “else” is false, so it has no value"))
    }

    private func list(_ items: [Expression], in scope: Scope) throws(Failure) -> List {
        var values: [RuntimeValue] = []
        for item in items { values.append(try evaluate(item, in: scope)) }
        return try List(values)
    }

    private func dict(_ pairs: [(key: Expression, value: Expression)], at place: Place, in scope: Scope)
        throws(Failure) -> RuntimeValue
    {
        var values: [(key: RuntimeValue, value: RuntimeValue)] = []
        for pair in pairs { values.append((try evaluate(pair.key, in: scope), try evaluate(pair.value, in: scope))) }
        self.place = place
        return .dict(try Dict(values))
    }

    private func concatenate(_ parts: [Expression], at place: Place, in scope: Scope) throws(Failure)
        -> RuntimeValue
    {
        var text = ""
        for part in parts {
            let value = try evaluate(part, in: scope)
            self.place = place
            text += try self.text(value)
            try chargeText(bytes: text.utf8.count)
        }
        return .string(text)
    }

    private func compare(
        _ first: Expression, _ rest: [(comparison: Expression.Comparison, operand: Expression)], at place: Place,
        in scope: Scope
    ) throws(Failure) -> RuntimeValue {
        var left = try evaluate(first, in: scope)
        for (comparison, operand) in rest {
            let right = try evaluate(operand, in: scope)
            self.place = place
            guard try holds(comparison, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    @inline(never)
    private func attribute(_ value: Expression, _ name: String, at place: Place, in scope: Scope) throws(Failure)
        -> RuntimeValue
    {
        let value = try evaluate(value, in: scope)
        self.place = place
        return try attribute(name, of: value)
    }

    @inline(never)
    private func evaluateItem(_ expression: Expression, in scope: Scope) throws(Failure) -> RuntimeValue {
        switch expression.kind {
        case .item(let value, let index):
            let value = try evaluate(value, in: scope)
            let index = try evaluate(index, in: scope)
            place = expression.place
            return try item(index, of: value)
        case .slice(let value, let start, let stop, let step):
            let value = try evaluate(value, in: scope)
            var bounds: [Int?] = []
            for bound in [start, stop, step] { bounds.append(try sliceBound(bound, in: scope)) }
            place = expression.place
            return try slice(value, start: bounds[0], stop: bounds[1], step: bounds[2])
        default: return .none
        }
    }

    private func sliceBound(_ expression: Expression?, in scope: Scope) throws(Failure) -> Int? {
        guard let expression else { return nil }
        switch try evaluate(expression, in: scope) {
        case .none: return nil
        case .integer(let value): return value
        case .bool(let value): return value ? 1 : 0
        case let other:
            place = expression.place
            throw .value("a slice needs whole numbers, and gets a \(other.typeName)")
        }
    }

    func arguments(_ arguments: CallArguments, in scope: Scope) throws(Failure) -> Arguments {
        var result = Arguments()
        for value in arguments.positional { result.positional.append(try evaluate(value, in: scope)) }
        for (name, value) in arguments.keywords { result.keywords.append((name, try evaluate(value, in: scope))) }
        if let spread = arguments.spread {
            result.positional.append(contentsOf: try elements(of: try evaluate(spread, in: scope)))
        }
        if let spread = arguments.keywordSpread {
            guard case .dict(let dict) = try evaluate(spread, in: scope) else {
                throw .value("what stands behind “**” must be a dictionary")
            }
            for pair in dict.pairs {
                guard case .string(let name) = pair.key, !result.keywords.contains(where: { $0.name == name }) else {
                    throw .value("the keys behind “**” must be names that are not given already")
                }
                try charge(result.keywords.count)
                result.keywords.append((name, pair.value))
            }
        }
        return result
    }

    /// The value of a call; `caller` is the body of a `call` block.
    @inline(never)
    func evaluateCall(_ expression: Expression, caller: RuntimeValue?, in scope: Scope) throws(Failure)
        -> RuntimeValue
    {
        guard case .call(let callee, let callArguments) = expression.kind else { return .none }
        let function = try evaluate(callee, in: scope)
        var arguments = try self.arguments(callArguments, in: scope)
        if let caller { arguments.keywords.append(("caller", caller)) }
        place = callee.place
        return try call(function, arguments)
    }

    func call(_ function: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        switch function {
        case .undefined(let undefined): throw undefined.failure
        case .loop(let loop): return try recurse(loop, arguments)
        case .callable(let callable):
            switch callable.kind {
            case .function(let function): return try call(function, arguments)
            case .method(let receiver, let name): return try callMethod(name, of: receiver, arguments)
            case .macro(let macro, let scope): return try call(macro, in: scope, arguments)
            }
        default: throw .value("a \(function.typeName) cannot be called")
        }
    }

    private func recurse(_ loop: LoopState, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        guard let recursion = loop.recursion else {
            throw .value("only a loop that is marked “recursive” can be called")
        }
        let bound = try arguments.bind(["iterable"], required: 1, to: "loop")
        let iterable = bound[0] ?? .none
        return .string(
            try capture { () throws(Failure) in
                try self.run(recursion.loop, over: iterable, depth0: loop.depth0 + 1, in: recursion.scope)
            })
    }

    @inline(never)
    private func evaluateFilter(_ value: Expression, _ filter: FilterCall, in scope: Scope) throws(Failure)
        -> RuntimeValue
    {
        let value = try evaluate(value, in: scope)
        let arguments = try self.arguments(filter.arguments, in: scope)
        place = filter.place
        return try apply(filter.name, to: value, arguments)
    }

    @inline(never)
    private func evaluateTest(_ value: Expression, _ test: FilterCall, in scope: Scope) throws(Failure)
        -> RuntimeValue
    {
        let value = try evaluate(value, in: scope)
        let arguments = try self.arguments(test.arguments, in: scope)
        place = test.place
        return .bool(try isTrue(test.name, of: value, arguments))
    }
}
