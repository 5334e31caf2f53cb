extension Parser {
    mutating func parseExpression(withConditional: Bool = true) throws(Failure) -> Expression {
        try nested("the expressions") { parser throws(Failure) in
            withConditional ? try parser.parseConditional() : try parser.parseOr()
        }
    }

    /// Reads an expression, or several with commas between them, which make a tuple.
    mutating func parseTuple(withConditional: Bool = true, end: String? = nil, inParentheses: Bool = false)
        throws(Failure) -> Expression
    {
        let start = place
        var items: [Expression] = []
        var isTuple = false
        while !isTupleEnd(end) {
            items.append(try parseExpression(withConditional: withConditional))
            guard skip(.comma) else { break }
            isTuple = true
        }
        if isTuple || (items.isEmpty && inParentheses) { return try Expression(.tuple(items), at: start, of: items) }
        guard let item = items.first else { throw expected("an expression") }
        return item
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(.closeParenthesis): true
        case .name(let name): name == end
        default: false
        }
    }

    private mutating func parseConditional() throws(Failure) -> Expression {
        var place = place
        let unknownCount = unknowns.count
        var value = try parseOr()
        while skip(word: "if") {
            // What was read turns out to lie in a branch.
            unknowns.removeLast(unknowns.count - unknownCount)
            branchDepth += 1
            defer { branchDepth -= 1 }
            let test = try parseOr()
            let otherwise = skip(word: "else") ? try parseExpression() : nil
            value = try Expression(
                .conditional(test: test, then: value, otherwise: otherwise), at: place,
                of: [test, value] + (otherwise.map { [$0] } ?? []))
            place = self.place
        }
        return value
    }

    private mutating func parseOr() throws(Failure) -> Expression {
        let place = place
        var parts = [try parseAnd()]
        while skip(word: "or") { parts.append(try parseAnd()) }
        return parts.count == 1 ? parts[0] : try Expression(.any(parts), at: place, of: parts)
    }

    private mutating func parseAnd() throws(Failure) -> Expression {
        let place = place
        var parts = [try parseNot()]
        while skip(word: "and") { parts.append(try parseNot()) }
        return parts.count == 1 ? parts[0] : try Expression(.all(parts), at: place, of: parts)
    }

    private mutating func parseNot() throws(Failure) -> Expression {
        let place = place
        guard skip(word: "not") else { return try parseComparison() }
        let operand = try nested("the expressions") { parser throws(Failure) in try parser.parseNot() }
        return try Expression(.not(operand), at: place, of: [operand])
    }

    private mutating func parseComparison() throws(Failure) -> Expression {
        let first = try parseArithmetic(0)
        var rest: [(comparison: Expression.Comparison, operand: Expression)] = []
        let place = place
        while let comparison = skipComparison() { rest.append((comparison, try parseArithmetic(0))) }
        return rest.isEmpty
            ? first : try Expression(.compare(first, rest), at: place, of: [first] + rest.map(\.operand))
    }

    private mutating func skipComparison() -> Expression.Comparison? {
        let found: Expression.Comparison
        switch current.kind {
        case .symbol(.equal): found = .equal
        case .symbol(.notEqual): found = .notEqual
        case .symbol(.less): found = .less
        case .symbol(.lessOrEqual): found = .lessOrEqual
        case .symbol(.greater): found = .greater
        case .symbol(.greaterOrEqual): found = .greaterOrEqual
        case .name("in"): found = .isIn
        case .name("not") where at(word: "in", offset: 1):
            advance()
            found = .isNotIn
        default: return nil
        }
        advance()
        return found
    }

    /// The symbols of one precedence each, the loosest first.
    private static let precedences: [[Token.Symbol]] = [
        [.plus, .minus], [.tilde], [.times, .divide, .floorDivide, .modulo], [.power],
    ]

    private mutating func parseArithmetic(_ level: Int) throws(Failure) -> Expression {
        guard level < Parser.precedences.count else { return try parseUnary() }
        let first = try parseArithmetic(level + 1)
        var rest: [(symbol: Token.Symbol, operand: Expression)] = []
        let place = place
        while case .symbol(let symbol) = current.kind, Parser.precedences[level].contains(symbol) {
            advance()
            rest.append((symbol, try parseArithmetic(level + 1)))
        }
        if rest.isEmpty { return first }
        let parts = [first] + rest.map(\.operand)
        let kind: Expression.Kind = rest[0].symbol == .tilde ? .concatenate(parts) : .arithmetic(first, rest)
        return try Expression(kind, at: place, of: parts)
    }

    private mutating func parseUnary(withFilters: Bool = true) throws(Failure) -> Expression {
        let place = place
        var value: Expression
        if at(.minus) || at(.plus) {
            let isMinus = at(.minus)
            advance()
            let operand = try nested("the expressions") { parser throws(Failure) in
                try parser.parseUnary(withFilters: false)
            }
            value = try Expression(isMinus ? .negate(operand) : .plus(operand), at: place, of: [operand])
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(value)
        return withFilters ? try parseFilters(value) : value
    }
}
