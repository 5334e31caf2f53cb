/// One rendering of a template: walks the statements and writes the output.
final class Renderer {
    let limits: TemplateLimits
    let clock: TemplateClock
    /// Where the rendering is, for errors.
    var place: Place?
    private var steps = 0
    private var depth = 0
    private var output = ""
    private var outputBytes = 0
    private var scopes: [Scope] = []
    private var namespaces: [Namespace] = []
    private var loops: [LoopState] = []

    enum Flow {
        case normal, breakLoop, continueLoop
    }

    init(limits: TemplateLimits, clock: TemplateClock) {
        self.limits = limits
        self.clock = clock
    }

    func render(_ body: [Statement], context: [String: Value]) throws(Failure) -> String {
        let root = Scope(parent: nil)
        scopes.append(root)
        for (name, value) in context { root.set(name, try runtimeValue(value, depth: 1)) }
        let scope = Scope(parent: root)
        scopes.append(scope)
        _ = try execute(body, in: scope)
        return output
    }

    /// Lets go of what refers to itself: macros to their scopes, namespaces to one another.
    func breakCycles() {
        for scope in scopes { scope.removeAll() }
        for namespace in namespaces { namespace.values = [:] }
        for loop in loops { loop.lastChanged = nil }
    }

    /// Counts steps, and fails when there are too many.
    func charge(_ count: Int) throws(Failure) {
        let (sum, overflows) = steps.addingReportingOverflow(count)
        steps = overflows ? Int.max : sum
        guard !overflows, steps <= limits.steps else {
            throw .limit("the template takes more than \(limits.steps) steps")
        }
    }

    /// Checks the length of a text that is about to be made, and counts the work.
    func chargeText(bytes: Int) throws(Failure) {
        guard bytes <= limits.textBytes else {
            throw .limit("a text becomes longer than \(limits.textBytes) bytes")
        }
        try charge(1 + bytes / 16)
    }

    func keep(_ namespace: Namespace) throws(Failure) {
        try charge(8)
        namespaces.append(namespace)
    }

    func keep(_ loop: LoopState) throws(Failure) {
        if loop.lastChanged == nil { loops.append(loop) }
    }

    /// Goes deeper; `levels` is how much of the stack the step takes beside others. Must be undone with ``ascend(_:)``.
    func descend(_ levels: Int = 1) throws(Failure) {
        depth += levels
        try charge(1)
        guard depth <= TemplateLimits.evaluationDepth else {
            throw Failure(
                kind: .limit,
                problem: "blocks, expressions and calls go deeper than \(TemplateLimits.evaluationDepth) levels",
                remedy: "A macro may call itself without end; otherwise simplify the template.")
        }
    }

    func ascend(_ levels: Int = 1) { depth -= levels }

    func write(_ text: String) throws(Failure) {
        let count = text.utf8.count
        outputBytes += count
        guard outputBytes <= limits.textBytes else {
            throw .limit("the output is longer than \(limits.textBytes) bytes")
        }
        try charge(1 + count / 16)
        output += text
    }

    /// What `body` writes, which does not go to the output.
    func capture(_ body: () throws(Failure) -> Void) throws(Failure) -> String {
        let (outer, outerBytes) = (output, outputBytes)
        output = ""
        outputBytes = 0
        try body()
        let captured = output
        output = outer
        outputBytes = outerBytes
        return captured
    }

    private func runtimeValue(_ value: Value, depth: Int) throws(Failure) -> RuntimeValue {
        guard depth <= TemplateLimits.nesting else { throw .tooDeep("the values") }
        switch value {
        case .null: return .none
        case .bool(let bool): return .bool(bool)
        case .int(let int): return .integer(int)
        case .double(let double): return .double(double)
        case .string(let string): return .string(string)
        case .array(let values):
            var items: [RuntimeValue] = []
            items.reserveCapacity(values.count)
            for value in values { items.append(try runtimeValue(value, depth: depth + 1)) }
            return .list(try List(items))
        case .object(let object):
            var pairs: [(key: RuntimeValue, value: RuntimeValue)] = []
            for (key, value) in object { pairs.append((.string(key), try runtimeValue(value, depth: depth + 1))) }
            return .dict(try Dict(pairs))
        }
    }

    func keepMacroScope(_ scope: Scope) throws(Failure) {
        try charge(8)
        if scopes.last !== scope { scopes.append(scope) }
    }
}
