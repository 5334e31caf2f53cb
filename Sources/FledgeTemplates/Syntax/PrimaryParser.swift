extension Parser {
    mutating func parsePrimary() throws(Failure) -> Expression {
        let place = place
        switch current.kind {
        case .name(let name):
            advance()
            return try Expression(nameKind(name), at: place)
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return try Expression(.string(text), at: place)
        case .integer(let value):
            advance()
            return try Expression(.integer(value), at: place)
        case .float(let value):
            advance()
            return try Expression(.double(value), at: place)
        case .symbol(.openParenthesis):
            advance()
            let value = try parseTuple(inParentheses: true)
            try expect(.closeParenthesis)
            return value
        case .symbol(.openBracket): return try parseList()
        case .symbol(.openBrace): return try parseDict()
        default: throw expected("an expression")
        }
    }

    private mutating func nameKind(_ name: String) -> Expression.Kind {
        switch name {
        case "true", "True": return .bool(true)
        case "false", "False": return .bool(false)
        case "none", "None": return .none
        case "varargs", "kwargs", "caller":
            mentioned.insert(name)
            return .name(name)
        default: return .name(name)
        }
    }

    private mutating func parseList() throws(Failure) -> Expression {
        let place = place
        advance()
        var items: [Expression] = []
        while !at(.closeBracket) {
            items.append(try parseExpression())
            guard skip(.comma) else { break }
        }
        try expect(.closeBracket)
        return try Expression(.list(items), at: place, of: items)
    }

    private mutating func parseDict() throws(Failure) -> Expression {
        let place = place
        advance()
        var items: [(key: Expression, value: Expression)] = []
        while !at(.closeBrace) {
            let key = try parseExpression()
            try expect(.colon)
            items.append((key, try parseExpression()))
            guard skip(.comma) else { break }
        }
        try expect(.closeBrace)
        return try Expression(.dict(items), at: place, of: items.flatMap { [$0.key, $0.value] })
    }

    mutating func parsePostfix(_ start: Expression) throws(Failure) -> Expression {
        var value = start
        while true {
            switch current.kind {
            case .symbol(.dot): value = try parseAttribute(value)
            case .symbol(.openBracket): value = try parseItem(value)
            case .symbol(.openParenthesis): value = try parseCall(value)
            default: return value
            }
        }
    }

    private mutating func parseAttribute(_ value: Expression) throws(Failure) -> Expression {
        advance()
        let place = place
        switch current.kind {
        case .name(let name):
            advance()
            return try Expression(.attribute(value, name), at: place, of: [value])
        case .integer(let index):
            advance()
            let item = try Expression(.integer(index), at: place)
            return try Expression(.item(value, item), at: place, of: [value, item])
        default: throw expected("a name or a number")
        }
    }

    private mutating func parseItem(_ value: Expression) throws(Failure) -> Expression {
        let place = place
        advance()
        var bounds: [Expression?] = []
        var bound: Expression?
        while !at(.closeBracket) {
            if skip(.colon) {
                bounds.append(bound)
                bound = nil
                guard bounds.count < 3 else { throw expected("“]”") }
            } else if bound == nil {
                bound = try parseExpression()
            } else {
                break
            }
        }
        if at(.comma) { return try parseTupleItem(value, first: bound, isSlice: !bounds.isEmpty, at: place) }
        try expect(.closeBracket)
        if bounds.isEmpty {
            guard let bound else { throw expected("an index") }
            return try Expression(.item(value, bound), at: place, of: [value, bound])
        }
        bounds.append(bound)
        if bounds.count == 2 { bounds.append(nil) }
        return try Expression(
            .slice(value, start: bounds[0], stop: bounds[1], step: bounds[2]), at: place,
            of: [value] + bounds.compactMap { $0 })
    }

    /// An index of several values is a tuple.
    private mutating func parseTupleItem(_ value: Expression, first: Expression?, isSlice: Bool, at place: Place)
        throws(Failure) -> Expression
    {
        guard let first, !isSlice else { throw expected("“]”") }
        var items = [first]
        while skip(.comma) { items.append(try parseExpression()) }
        try expect(.closeBracket)
        let tuple = try Expression(.tuple(items), at: place, of: items)
        return try Expression(.item(value, tuple), at: place, of: [value, tuple])
    }

    private mutating func parseCall(_ value: Expression) throws(Failure) -> Expression {
        let place = value.place
        let arguments = try parseArguments()
        return try Expression(.call(value, arguments), at: place, of: [value] + arguments.parts)
    }

    private mutating func parseArguments() throws(Failure) -> CallArguments {
        try expect(.openParenthesis)
        var result = CallArguments()
        while !at(.closeParenthesis) {
            try parseArgument(into: &result)
            guard skip(.comma) else { break }
        }
        try expect(.closeParenthesis)
        return result
    }

    private mutating func parseArgument(into result: inout CallArguments) throws(Failure) {
        let place = place
        var isInOrder = result.keywordSpread == nil
        if skip(.times) {
            isInOrder = isInOrder && result.spread == nil
            result.spread = try parseExpression()
        } else if skip(.power) {
            result.keywordSpread = try parseExpression()
        } else if case .name(let name) = current.kind, token(1).kind == .symbol(.assign) {
            advance()
            advance()
            isInOrder = isInOrder && !result.keywords.contains { $0.name == name }
            result.keywords.append((name, try parseExpression()))
        } else {
            isInOrder = isInOrder && result.spread == nil && result.keywords.isEmpty
            result.positional.append(try parseExpression())
        }
        guard isInOrder, result.keywords.count <= 256 else {
            throw .syntax("the call's arguments are out of order, or one is given twice", at: place)
        }
    }

    mutating func parseFilters(_ start: Expression) throws(Failure) -> Expression {
        var value = start
        while true {
            switch current.kind {
            case .symbol(.pipe):
                advance()
                let filter = try parseFilterName()
                value = try Expression(
                    .filter(value, filter), at: filter.place, of: [value] + filter.arguments.parts)
            case .name("is"): value = try parseTest(value)
            case .symbol(.openParenthesis): value = try parseCall(value)
            default: return value
            }
        }
    }

    /// Reads `name|name(…)…`, the filters of a block; the first may have a `|` before it.
    mutating func parseFilterNames() throws(Failure) -> [FilterCall] {
        _ = skip(.pipe)
        var filters = [try parseFilterName()]
        while skip(.pipe) { filters.append(try parseFilterName()) }
        return filters
    }

    private mutating func parseFilterName() throws(Failure) -> FilterCall {
        let place = place
        let name = try parseDottedName()
        if branchDepth == 0, Filter(rawValue: name) == nil { noteUnknown("filter", name, at: place) }
        let arguments = at(.openParenthesis) ? try parseArguments() : CallArguments()
        return FilterCall(name: name, arguments: arguments, place: place)
    }

    private mutating func parseTest(_ value: Expression) throws(Failure) -> Expression {
        advance()
        let isNegated = skip(word: "not")
        let place = place
        let name = try parseDottedName()
        if branchDepth == 0, ValueTest(name: name) == nil { noteUnknown("test", name, at: place) }
        var arguments = CallArguments()
        if at(.openParenthesis) {
            arguments = try parseArguments()
        } else if startsTestArgument {
            guard !at(word: "is") else { throw .syntax("tests cannot be chained with “is”", at: self.place) }
            let operand = try nested("the expressions") { parser throws(Failure) in
                try parser.parsePostfix(try parser.parsePrimary())
            }
            arguments.positional = [operand]
        }
        let call = FilterCall(name: name, arguments: arguments, place: place)
        let test = try Expression(.test(value, call), at: place, of: [value] + arguments.parts)
        return isNegated ? try Expression(.not(test), at: place, of: [test]) : test
    }

    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and"].contains(name)
        case .string, .integer, .float, .symbol(.openBracket), .symbol(.openBrace): true
        default: false
        }
    }

    private mutating func parseDottedName() throws(Failure) -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }

    private mutating func noteUnknown(_ what: String, _ name: String, at place: Place) {
        var failure = Failure.unknown(what, name)
        failure.place = place
        unknowns.append(failure)
    }
}
