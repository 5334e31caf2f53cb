extension Renderer {
    func applyOrder(_ filter: Filter, to value: RuntimeValue, _ arguments: Arguments) throws(Failure)
        -> RuntimeValue
    {
        switch filter {
        case .sort: return try sort(value, arguments)
        case .dictsort: return try dictsort(value, arguments)
        case .groupby: return try groupby(value, arguments)
        default: break
        }
        let bound = try arguments.bind(["case_sensitive", "attribute"], to: filter.rawValue)
        let isSensitive = try truth(bound[0] ?? .bool(false))
        let path = try AttributePath(bound[1])
        if filter == .unique {
            return .generator(
                try Generator(depth: value.depth) { () throws(Failure) in
                    try self.unique(try self.elements(of: value), path, isSensitive)
                })
        }
        var best: (value: RuntimeValue, key: RuntimeValue)?
        for element in try elements(of: value) {
            let key = try key(of: element, path, isSensitive)
            if let current = best {
                let order = filter == .min ? try order(key, current.key) : try order(current.key, key)
                guard let order, order < 0 else { continue }
            }
            best = (element, key)
        }
        return best?.value ?? .undefined(Undefined("an empty sequence has no “\(filter.rawValue)”"))
    }

    private func key(of element: RuntimeValue, _ path: AttributePath, _ isSensitive: Bool) throws(Failure)
        -> RuntimeValue
    {
        let key = try value(of: element, at: path)
        return isSensitive ? key : try ignoringCase(key)
    }

    private func unique(_ items: [RuntimeValue], _ path: AttributePath, _ isSensitive: Bool) throws(Failure)
        -> [RuntimeValue]
    {
        var seen: Set<HashKey> = []
        var result: [RuntimeValue] = []
        for item in items {
            let key = try key(of: item, path, isSensitive)
            try charge(key.weight)
            if seen.insert(try HashKey(key)).inserted { result.append(item) }
        }
        return result
    }

    private func sort(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["reverse", "case_sensitive", "attribute"], to: "sort")
        let isSensitive = try truth(bound[1] ?? .bool(false))
        var paths: [AttributePath] = []
        if case .string(let text)? = bound[2] {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                paths.append(try AttributePath(.string(String(part))))
            }
        } else {
            paths = [try AttributePath(bound[2])]
        }
        let items = try elements(of: value)
        var keys: [RuntimeValue] = []
        for item in items {
            var key: [RuntimeValue] = []
            for path in paths { key.append(try self.key(of: item, path, isSensitive)) }
            keys.append(.list(try List(key)))
        }
        return .list(try List(try sorted(items, by: keys, reverse: try truth(bound[0] ?? .bool(false)))))
    }

    private func dictsort(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["case_sensitive", "by", "reverse"], to: "dictsort")
        let isSensitive = try truth(bound[0] ?? .bool(false))
        let by = try string(bound[1], "dictsort") ?? "key"
        guard by == "key" || by == "value" else { throw .value("“dictsort” sorts by “key” or “value” only") }
        guard case .dict(let dict) = value else {
            if case .undefined(let undefined) = value { throw undefined.failure }
            throw .value("“dictsort” needs a dictionary, and gets a \(value.typeName)")
        }
        try charge(dict.count)
        var keys: [RuntimeValue] = []
        for key in by == "key" ? dict.keys : dict.values { keys.append(isSensitive ? key : try ignoringCase(key)) }
        let reverse = try truth(bound[2] ?? .bool(false))
        return .list(try List(try sorted(try dict.items(), by: keys, reverse: reverse)))
    }

    private func groupby(_ value: RuntimeValue, _ arguments: Arguments) throws(Failure) -> RuntimeValue {
        let bound = try arguments.bind(["attribute", "default", "case_sensitive"], required: 1, to: "groupby")
        let path = try AttributePath(bound[0])
        let isSensitive = try truth(bound[2] ?? .bool(false))
        let items = try elements(of: value)
        var keys: [RuntimeValue] = []
        for item in items {
            let key = try self.value(of: item, at: path, fallback: bound[1])
            keys.append(isSensitive ? key : try ignoringCase(key))
        }
        let sortedItems = try sorted(items, by: keys, reverse: false)
        let sortedKeys = try sorted(keys, by: keys, reverse: false)
        var groups: [RuntimeValue] = []
        var start = 0
        for end in items.indices.map({ $0 + 1 }) {
            if end < items.count, try isEqual(sortedKeys[start], sortedKeys[end]) { continue }
            let name =
                isSensitive ? sortedKeys[start] : try self.value(of: sortedItems[start], at: path, fallback: bound[1])
            let members = RuntimeValue.list(try List(Array(sortedItems[start..<end])))
            groups.append(.tuple(try List([name, members], names: ["grouper", "list"])))
            start = end
        }
        return .list(try List(groups))
    }
}
