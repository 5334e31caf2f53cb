extension Renderer {
    /// Runs statements; `scope` is theirs.
    func execute(_ body: [Statement], in scope: Scope) throws(Failure) -> Flow {
        try descend()
        defer { ascend() }
        for statement in body {
            let flow = try execute(statement, in: scope)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func execute(_ statement: Statement, in scope: Scope) throws(Failure) -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression): try output(expression, in: scope)
        case .loop(let loop): try execute(loop, in: scope)
        case .branch(let branches, let otherwise):
            for branch in branches where try truth(try evaluate(branch.test, in: scope)) {
                return try execute(branch.body, in: scope)
            }
            return try execute(otherwise, in: scope)
        case .assign(let target, let value):
            let assigned = try evaluate(value, in: scope)
            place = value.place
            try assign(assigned, to: target, in: scope)
        case .assignBlock(let target, let filters, let body):
            return try captureFiltered(body, filters, in: scope) { text throws(Failure) in
                try self.assign(text, to: target, in: scope)
            }
        case .with(let values, let body):
            let inner = Scope(parent: scope)
            for (target, value) in values { try assign(try evaluate(value, in: scope), to: target, in: inner) }
            return try execute(body, in: inner)
        case .macro(let definition):
            try keepMacroScope(scope)
            scope.set(definition.name, .callable(Callable(.macro(definition, scope))))
        case .callBlock(let call, let body): try executeCall(call, body, in: scope)
        case .filterBlock(let filters, let body):
            return try captureFiltered(body, filters, in: scope) { text throws(Failure) in
                try self.write(try self.text(text))
            }
        case .scope(let body): return try execute(body, in: Scope(parent: scope))
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .normal
    }

    @inline(never)
    private func output(_ expression: Expression, in scope: Scope) throws(Failure) {
        let value = try evaluate(expression, in: scope)
        place = expression.place
        try write(try text(value))
    }

    @inline(never)
    private func executeCall(_ call: Expression, _ body: MacroDefinition, in scope: Scope) throws(Failure) {
        try keepMacroScope(scope)
        let caller = RuntimeValue.callable(Callable(.macro(body, scope)))
        let value = try evaluateCall(call, caller: caller, in: scope)
        try write(try text(value))
    }

    /// Runs a block, and gives what it writes, after filters, to `use`, unless a `break` or `continue` leaves it.
    @inline(never)
    private func captureFiltered(
        _ body: [Statement], _ filters: [FilterCall], in scope: Scope,
        _ use: (RuntimeValue) throws(Failure) -> Void
    ) throws(Failure) -> Flow {
        var flow = Flow.normal
        let text = try capture { () throws(Failure) in flow = try self.execute(body, in: Scope(parent: scope)) }
        guard flow == .normal else { return flow }
        var value = RuntimeValue.string(text)
        for filter in filters {
            let arguments = try self.arguments(filter.arguments, in: scope)
            place = filter.place
            value = try apply(filter.name, to: value, arguments)
        }
        try use(value)
        return .normal
    }

    /// Assigns a value to a name, a namespace's attribute or several targets.
    func assign(_ value: RuntimeValue, to target: Target, in scope: Scope) throws(Failure) {
        switch target {
        case .name(let name): scope.set(name, value)
        case .attribute(let name, let attribute):
            guard case .namespace(let namespace) = scope.value(name) else {
                throw .value("“\(name)” is no namespace, so “\(name).\(attribute)” cannot be set")
            }
            try setAttribute(attribute, of: namespace, to: value)
        case .tuple(let targets):
            let items = try elements(of: value)
            guard items.count == targets.count else {
                throw .value("\(items.count) values cannot be assigned to \(targets.count) names")
            }
            for (item, target) in zip(items, targets) { try assign(item, to: target, in: scope) }
        }
    }

    func setAttribute(_ name: String, of namespace: Namespace, to value: RuntimeValue) throws(Failure) {
        guard !name.hasPrefix("_") else {
            throw .value("a namespace's attribute must not begin with “_”, as “\(name)” does")
        }
        namespace.set(name, value)
    }

    @inline(never)
    private func execute(_ loop: Loop, in scope: Scope) throws(Failure) {
        let iterable = try evaluate(loop.iterable, in: scope)
        place = loop.iterable.place
        try run(loop, over: iterable, depth0: 0, in: scope)
    }

    /// Goes round a loop.
    func run(_ loop: Loop, over iterable: RuntimeValue, depth0: Int, in scope: Scope) throws(Failure) {
        var items = try elements(of: iterable)
        if let filter = loop.filter {
            var kept: [RuntimeValue] = []
            for item in items {
                let inner = Scope(parent: scope)
                try assign(item, to: loop.target, in: inner)
                if try truth(try evaluate(filter, in: inner)) { kept.append(item) }
            }
            items = kept
        }
        try charge(items.count)
        var hasCompleted = false
        let state = try LoopState(items: items, depth0: depth0, recursion: loop.isRecursive ? (loop, scope) : nil)
        for (index, item) in items.enumerated() {
            state.index0 = index
            let inner = Scope(parent: scope)
            inner.set("loop", .loop(state))
            try assign(item, to: loop.target, in: inner)
            let flow = try execute(loop.body, in: inner)
            if flow == .breakLoop { break }
            if flow == .normal { hasCompleted = true }
        }
        // Jinja runs “else” also if every round was left by “break” or “continue”.
        if !hasCompleted { _ = try execute(loop.otherwise, in: Scope(parent: scope)) }
    }

    /// Calls a macro.
    func call(_ macro: MacroDefinition, in outer: Scope, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let names = macro.parameters.map(\.name)
        let scope = Scope(parent: outer)
        var keywords: [(name: String, value: RuntimeValue)] = []
        var caller: RuntimeValue?
        var named: [String: RuntimeValue] = [:]
        for (name, value) in arguments.keywords {
            if names.dropFirst(arguments.positional.count).contains(name) {
                named[name] = value
            } else if name == "caller", macro.catches.contains("caller") {
                caller = value
            } else {
                keywords.append((name, value))
            }
        }
        if let keyword = keywords.first, !macro.catches.contains("kwargs") {
            throw .value("the macro “\(macro.name)” has no argument called “\(keyword.name)”, or gets it twice")
        }
        if arguments.positional.count > names.count, !macro.catches.contains("varargs") {
            throw .value("the macro “\(macro.name)” takes at most \(names.count) arguments")
        }
        if macro.catches.contains("caller") {
            scope.set(
                "caller", caller ?? .undefined(Undefined("“caller” is used in a macro that no “call” block calls")))
        }
        if macro.catches.contains("kwargs") {
            scope.set("kwargs", .dict(try Dict(keywords.map { (key: .string($0.name), value: $0.value) })))
        }
        if macro.catches.contains("varargs") {
            scope.set("varargs", .tuple(try List(Array(arguments.positional.dropFirst(names.count)))))
        }
        for (index, (name, fallback)) in macro.parameters.enumerated() {
            if index < arguments.positional.count {
                scope.set(name, arguments.positional[index])
            } else if let value = named[name] {
                scope.set(name, value)
            } else if let fallback {
                scope.set(name, try evaluate(fallback, in: scope))
            } else {
                scope.set(name, .undefined(Undefined("the argument “\(name)” of “\(macro.name)” is not given")))
            }
        }
        return .string(try capture { () throws(Failure) in _ = try self.execute(macro.body, in: scope) })
    }
}
