/// Python's `range`.
final class PythonRange {
    let start: Int
    let step: Int
    let count: Int
    let stop: Int

    init(start: Int, stop: Int, step: Int) throws(Failure) {
        guard step != 0 else { throw .value("the step of a range must not be 0") }
        self.start = start
        self.stop = stop
        self.step = step
        let isEmpty = step > 0 ? stop <= start : stop >= start
        let distance = UInt(bitPattern: step > 0 ? stop &- start : start &- stop)
        let length = isEmpty ? 0 : (distance - 1) / step.magnitude + 1
        guard length <= UInt(TemplateLimits.rangeLength) else {
            throw .limit("a range is longer than \(TemplateLimits.rangeLength)")
        }
        count = Int(length)
    }

    func element(_ index: Int) -> Int { start + index * step }

    /// Every `step`th element from one index up to another, or down to it.
    func slice(_ first: Int, _ end: Int, _ step: Int) throws(Failure) -> PythonRange {
        func bound(_ index: Int) throws(Failure) -> Int {
            let (distance, overflows) = index.multipliedReportingOverflow(by: self.step)
            let (sum, overflowsToo) = start.addingReportingOverflow(distance)
            guard !overflows, !overflowsToo else { throw .limit("a range leaves the range of 64 bits") }
            return sum
        }
        let (product, overflows) = self.step.multipliedReportingOverflow(by: step)
        guard !overflows else { throw .limit("a range leaves the range of 64 bits") }
        return try PythonRange(start: try bound(first), stop: try bound(end), step: product)
    }

    var elements: [RuntimeValue] { (0..<count).map { .integer(element($0)) } }
}

/// What `keys`, `values` and `items` of a dictionary give.
final class DictView {
    enum Kind: String {
        case keys = "dict_keys"
        case values = "dict_values"
        case items = "dict_items"
    }

    let kind: Kind
    let dict: Dict

    init(_ kind: Kind, of dict: Dict) {
        self.kind = kind
        self.dict = dict
    }

    func elements() throws(Failure) -> [RuntimeValue] {
        switch kind {
        case .keys: dict.keys
        case .values: dict.values
        case .items: try dict.items()
        }
    }
}

/// What filters such as `map` give: elements that are made when they are first asked for, and can be taken once.
final class Generator {
    typealias Source = () throws(Failure) -> [RuntimeValue]

    private var source: Source?
    private var items: [RuntimeValue] = []
    private var position = 0
    let depth: Int

    init(depth: Int, _ source: @escaping Source) throws(Failure) {
        guard depth < TemplateLimits.nesting else { throw .tooDeep("the filters and values") }
        self.source = source
        self.depth = depth + 1
    }

    private func start() throws(Failure) {
        guard let source else { return }
        self.source = nil
        items = try source()
    }

    func next() throws(Failure) -> RuntimeValue? {
        try start()
        guard position < items.count else { return nil }
        position += 1
        return items[position - 1]
    }

    /// Takes all the elements that are left.
    func rest() throws(Failure) -> [RuntimeValue] {
        try start()
        defer {
            items = []
            position = 0
        }
        return Array(items[position...])
    }
}

/// The one kind of value that a template can change.
final class Namespace {
    var names: [String] = []
    var values: [String: RuntimeValue] = [:]

    func set(_ name: String, _ value: RuntimeValue) {
        if values.updateValue(value, forKey: name) == nil { names.append(name) }
    }
}

/// The variables of a block, and of the blocks around it.
final class Scope {
    private var variables: [String: RuntimeValue] = [:]
    private let parent: Scope?

    init(parent: Scope?) {
        self.parent = parent
    }

    func value(_ name: String) -> RuntimeValue? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.variables[name] { return value }
            scope = current.parent
        }
        return nil
    }

    func set(_ name: String, _ value: RuntimeValue) { variables[name] = value }

    func removeAll() { variables = [:] }
}

/// The variable `loop`.
final class LoopState {
    let items: [RuntimeValue]
    let depth0: Int
    var index0 = 0
    /// The statement and its surroundings, if the loop may be called.
    let recursion: (loop: Loop, scope: Scope)?
    var lastChanged: List?
    let depth: Int

    init(items: [RuntimeValue], depth0: Int, recursion: (loop: Loop, scope: Scope)?) throws(Failure) {
        self.items = items
        depth = try measure(items).depth
        self.depth0 = depth0
        self.recursion = recursion
    }

    func attribute(_ name: String) -> RuntimeValue? {
        switch name {
        case "index": .integer(index0 + 1)
        case "index0": .integer(index0)
        case "revindex": .integer(items.count - index0)
        case "revindex0": .integer(items.count - index0 - 1)
        case "first": .bool(index0 == 0)
        case "last": .bool(index0 + 1 == items.count)
        case "length": .integer(items.count)
        case "depth": .integer(depth0 + 1)
        case "depth0": .integer(depth0)
        case "previtem": index0 > 0 ? items[index0 - 1] : .undefined(Undefined("there is no previous item"))
        case "nextitem":
            index0 + 1 < items.count ? items[index0 + 1] : .undefined(Undefined("there is no next item"))
        case "cycle", "changed": .callable(Callable(.method(.loop(self), name)))
        default: nil
        }
    }
}

/// What can be called.
final class Callable {
    enum Kind {
        case function(GlobalFunction)
        case method(RuntimeValue, String)
        case macro(MacroDefinition, Scope)
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    var depth: Int {
        if case .method(let receiver, _) = kind { receiver.depth } else { 0 }
    }
}

/// The arguments of a call.
struct Arguments {
    var positional: [RuntimeValue] = []
    var keywords: [(name: String, value: RuntimeValue)] = []

    /// Sorts the arguments by the parameters' names; the first `required` must be there.
    func bind(_ names: [String], required: Int = 0, to callee: String) throws(Failure) -> [RuntimeValue?] {
        guard positional.count <= names.count else {
            throw .value("“\(callee)” takes at most \(names.count) arguments, and gets \(positional.count)")
        }
        var bound: [RuntimeValue?] = positional
        bound.append(contentsOf: repeatElement(nil, count: names.count - positional.count))
        for (name, value) in keywords {
            guard let index = names.firstIndex(of: name) else {
                throw .value("“\(callee)” has no argument called “\(name)”")
            }
            guard bound[index] == nil else { throw .value("“\(callee)” gets its argument “\(name)” twice") }
            bound[index] = value
        }
        for index in 0..<required where bound[index] == nil {
            throw .value("“\(callee)” needs its argument “\(names[index])”")
        }
        return bound
    }
}
