extension Renderer {
    func applySequence(_ filter: Filter, to value: RuntimeValue, _ arguments: Arguments) throws(Failure)
        -> RuntimeValue
    {
        switch filter {
        case .batch: return try batch(value, arguments)
        case .slice: return try slices(value, arguments)
        default: _ = try arguments.bind([], to: filter.rawValue)
        }
        switch filter {
        case .count, .length: return .integer(try length(value))
        case .list: return .list(try List(try elements(of: value)))
        case .first:
            let first: RuntimeValue?
            if case .generator(let generator) = value {
                first = try generator.next()
            } else {
                first = try elements(of: value).first
            }
            return first ?? .undefined(Undefined("an empty sequence has no first element"))
        case .last:
            if case .generator = value {
                throw .value("what a filter such as “map” gives has no last element; add “|list”")
            }
            return try elements(of: value).last ?? .undefined(Undefined("an empty sequence has no last element"))
        case .items:
            switch value {
            case .undefined: return try generator([], depth: 0)
            case .dict(let dict): return try generator(try dict.items(), depth: dict.depth)
            default: throw .value("“items” needs a dictionary, and gets a \(value.typeName)")
            }
        default: return try reversed(value)
        }
    }

    private func generator(_ items: [RuntimeValue], depth: Int) throws(Failure) -> RuntimeValue {
        try charge(items.count)
        return .generator(try Generator(depth: depth) { () throws(Failure) in items })
    }

    private func reversed(_ value: RuntimeValue) throws(Failure) -> RuntimeValue {
        let elements = try elements(of: value)
        switch value {
        case .string(let text): return .string(PythonString.text(text.unicodeScalars.reversed()))
        case .generator: return .list(try List(elements.reversed()))
        default: return try generator(elements.reversed(), depth: value.depth)
        }
    }

    private func batch(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["linecount", "fill_with"], required: 1, to: "batch")
        guard let size = try integer(bound[0], "batch"), size > 0 else {
            throw .value("“batch” needs a number of elements above 0")
        }
        let items = try elements(of: value)
        var batches: [RuntimeValue] = []
        for start in stride(from: 0, to: items.count, by: min(size, items.count + 1)) {
            var batch = Array(items[start..<min(start + min(size, items.count), items.count)])
            if let fill = bound[1], batch.count < size, !isNone(fill) {
                try charge(size - batch.count)
                batch.append(contentsOf: repeatElement(fill, count: size - batch.count))
            }
            batches.append(.list(try List(batch)))
        }
        return try generator(batches, depth: value.depth + 1)
    }

    private func isNone(_ value: RuntimeValue) -> Bool {
        if case .none = value { true } else { false }
    }

    private func slices(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["slices", "fill_with"], required: 1, to: "slice")
        guard let count = try integer(bound[0], "slice"), count > 0 else {
            throw .value("“slice” needs a number of slices above 0")
        }
        guard count <= limits.steps else { throw .limit("a list becomes too long") }
        try charge(count)
        let items = try elements(of: value)
        let (size, extra) = items.count.quotientAndRemainder(dividingBy: count)
        var result: [RuntimeValue] = []
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < extra ? 1 : 0)
            var slice = Array(items[start..<end])
            if let fill = bound[1], !isNone(fill), index >= extra { slice.append(fill) }
            result.append(.list(try List(slice)))
            start = end
        }
        return try generator(result, depth: value.depth + 1)
    }

    func applyLazy(_ filter: Filter, to value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        var depth = value.depth
        for argument in arguments.positional { depth = max(depth, argument.depth) }
        return .generator(
            try Generator(depth: depth) { () throws(Failure) in
                guard try self.truth(value) else { return [] }
                let items = try self.elements(of: value)
                return filter == .map ? try self.map(items, arguments) : try self.filter(items, filter, arguments)
            })
    }

    private func map(_ items: [RuntimeValue], _ arguments: Arguments) throws(Failure) -> [RuntimeValue] {
        var result: [RuntimeValue] = []
        guard !arguments.positional.isEmpty else {
            let bound = try arguments.bind(["attribute", "default"], required: 1, to: "map")
            let path = try AttributePath(bound[0])
            let fallback = bound[1].flatMap { isNone($0) ? nil : $0 }
            for item in items { result.append(try value(of: item, at: path, fallback: fallback)) }
            return result
        }
        var rest = arguments
        guard case .string(let name) = rest.positional.removeFirst() else {
            throw .value("“map” needs the name of a filter")
        }
        for item in items { result.append(try nested { () throws(Failure) in try self.apply(name, to: item, rest) }) }
        return result
    }

    private func nested(_ body: () throws(Failure) -> RuntimeValue) throws(Failure) -> RuntimeValue {
        try descend()
        defer { ascend() }
        return try body()
    }

    private func filter(_ items: [RuntimeValue], _ filter: Filter, _ arguments: Arguments) throws(Failure)
        -> [RuntimeValue]
    {
        let keeps = filter == .select || filter == .selectattr
        var rest = arguments
        var path = try AttributePath(nil)
        if filter == .selectattr || filter == .rejectattr {
            guard !rest.positional.isEmpty else { throw .value("“\(filter.rawValue)” needs an attribute's name") }
            path = try AttributePath(rest.positional.removeFirst())
        }
        var name: String?
        if !rest.positional.isEmpty {
            guard case .string(let text) = rest.positional.removeFirst() else {
                throw .value("“\(filter.rawValue)” needs the name of a test")
            }
            name = text
        }
        var result: [RuntimeValue] = []
        for item in items {
            let value = try value(of: item, at: path)
            let holds: Bool
            if let name { holds = try isTrue(name, of: value, rest) } else { holds = try truth(value) }
            if holds == keeps { result.append(item) }
        }
        return result
    }
}
