extension Renderer {
    /// What `value.name` is: a method, or the dictionary's element.
    func attribute(_ name: String, of value: RuntimeValue) throws(Failure) -> RuntimeValue {
        switch value {
        case .undefined(let undefined):
            throw Failure(
                kind: undefined.failure.kind, problem: "\(undefined.what), so it has no “\(name)”",
                remedy: undefined.failure.remedy)
        case .namespace(let namespace): return namespace.values[name] ?? missing(name, of: value)
        case .loop(let loop): return loop.attribute(name) ?? missing(name, of: value)
        case .tuple(let list):
            if let index = list.names.firstIndex(of: name) { return list.items[index] }
        case .range(let range):
            switch name {
            case "start": return .integer(range.start)
            case "stop": return .integer(range.stop)
            case "step": return .integer(range.step)
            default: break
            }
        case .callable(let callable):
            if name == "name", case .macro(let macro, _) = callable.kind { return .string(macro.name) }
        default: break
        }
        if Methods.mutating(value).contains(name) {
            return .undefined(Undefined("“\(name)” would change a \(value.typeName)", isForbidden: true))
        }
        if Methods.names(value).contains(name) { return .callable(Callable(.method(value, name))) }
        if case .dict(let dict) = value, let element = dict.value(name) { return element }
        return missing(name, of: value)
    }

    private func missing(_ name: String, of value: RuntimeValue) -> RuntimeValue {
        .undefined(Undefined("a \(value.typeName) has no “\(name)”"))
    }

    /// What `value[index]` is.
    func item(_ index: RuntimeValue, of value: RuntimeValue) throws(Failure) -> RuntimeValue {
        switch (value, index) {
        case (.undefined, .string(let name)): return try attribute(name, of: value)
        case (.undefined(let undefined), _): throw undefined.failure
        case (.dict(let dict), _):
            if let key = try? HashKey(index), let element = dict.value(key) { return element }
        case (_, .integer(let position)):
            if let element = try element(position, of: value) { return element }
        case (_, .bool(let bool)):
            if let element = try element(bool ? 1 : 0, of: value) { return element }
        default: break
        }
        if case .string(let name) = index { return try attribute(name, of: value) }
        return .undefined(Undefined("a \(value.typeName) has no element \(try repr(index))"))
    }

    private func element(_ position: Int, of value: RuntimeValue) throws(Failure) -> RuntimeValue? {
        func resolved(_ count: Int) -> Int? {
            let index = position < 0 ? position + count : position
            return 0..<count ~= index ? index : nil
        }
        switch value {
        case .list(let list), .tuple(let list): return resolved(list.items.count).map { list.items[$0] }
        case .range(let range): return resolved(range.count).map { .integer(range.element($0)) }
        case .string(let text):
            try charge(text.utf8.count / 16)
            let scalars = text.unicodeScalars
            guard let index = resolved(scalars.count) else { return nil }
            return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: index)]))
        default: return nil
        }
    }

    /// What `value[start:stop:step]` is.
    func slice(_ value: RuntimeValue, start: Int?, stop: Int?, step: Int?) throws(Failure) -> RuntimeValue {
        let step = step ?? 1
        guard step != 0 else { throw .value("the step of a slice must not be 0") }
        switch value {
        case .undefined(let undefined): throw undefined.failure
        case .string(let text):
            try chargeText(bytes: text.utf8.count)
            let scalars = Array(text.unicodeScalars)
            let indices = Renderer.indices(scalars.count, start, stop, step)
            return .string(Lexer.text(indices.map { scalars[$0] }[...]))
        case .list(let list), .tuple(let list):
            let indices = Renderer.indices(list.items.count, start, stop, step)
            try charge(indices.count)
            let sliced = try List(indices.map { list.items[$0] })
            if case .list = value { return .list(sliced) }
            return .tuple(sliced)
        case .range(let range):
            let bounds = Renderer.bounds(range.count, start, stop, step)
            return .range(try range.slice(bounds.first, bounds.end, step))
        default: throw .value("a \(value.typeName) cannot be sliced")
        }
    }

    /// The first index that a slice takes of `count` elements, and the one before which it ends, as Python's
    /// `slice.indices` gives them.
    private static func bounds(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> (first: Int, end: Int) {
        let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
        func clamp(_ bound: Int?, _ fallback: Int) -> Int {
            guard let bound else { return fallback }
            let index = bound < 0 ? max(bound, -count - 1) + count : bound
            return min(max(index, lowest), highest)
        }
        return (clamp(start, step > 0 ? lowest : highest), clamp(stop, step > 0 ? highest : lowest))
    }

    private static func indices(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
        let (first, end) = bounds(count, start, stop, step)
        // A step beyond the count takes one element at most; shortening it keeps the sum from overflowing.
        let shortened = step > 0 ? min(step, count + 1) : max(step, -count - 1)
        return Array(stride(from: first, to: end, by: shortened))
    }

    /// The elements that a loop over the value takes.
    func elements(of value: RuntimeValue) throws(Failure) -> [RuntimeValue] {
        let elements: [RuntimeValue]
        switch value {
        case .undefined: return []
        case .list(let list), .tuple(let list): elements = list.items
        case .dict(let dict): elements = dict.keys
        case .range(let range): elements = range.elements
        case .view(let view): elements = try view.elements()
        case .generator(let generator): elements = try generator.rest()
        case .string(let text):
            try charge(text.utf8.count)
            elements = text.unicodeScalars.map { .string(String($0)) }
        default: throw .value("a \(value.typeName) has no elements to go through")
        }
        try charge(elements.count)
        return elements
    }

    /// Python's `len`.
    func length(_ value: RuntimeValue) throws(Failure) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text):
            try charge(text.utf8.count / 16)
            return text.unicodeScalars.count
        case .list(let list), .tuple(let list): return list.items.count
        case .dict(let dict): return dict.count
        case .view(let view): return view.dict.count
        case .range(let range): return range.count
        case .loop(let loop): return loop.items.count
        default: throw .value("a \(value.typeName) has no length")
        }
    }

    /// Whether Python takes the value for true.
    func truth(_ value: RuntimeValue) throws(Failure) -> Bool {
        switch value {
        case .undefined, .none: false
        case .bool(let bool): bool
        case .integer(let integer): integer != 0
        case .double(let double): double != 0
        case .string(let text): !text.isEmpty
        case .list(let list), .tuple(let list): !list.items.isEmpty
        case .dict(let dict): dict.count > 0
        case .view(let view): view.dict.count > 0
        case .range(let range): range.count > 0
        default: true
        }
    }
}
