extension Parser {
    /// Reads a whole template.
    mutating func parseTemplate() throws(Failure) -> [Statement] {
        let body = try parseBody(until: [], of: "")
        guard current.kind == .end else { throw expected("the end of the template") }
        if let unknown = unknowns.first { throw unknown }
        return body
    }

    /// Reads statements up to the tag that begins with one of `ends`, whose name is the next token then.
    private mutating func parseBody(until ends: [String], of opener: String) throws(Failure) -> [Statement] {
        let start = place
        return try nested("the statements") { parser throws(Failure) in
            var body: [Statement] = []
            while true {
                switch parser.current.kind {
                case .data(let text):
                    body.append(.text(text))
                    parser.advance()
                case .variableBegin:
                    parser.advance()
                    body.append(.output(try parser.parseTuple()))
                    try parser.expect(.variableEnd)
                case .blockBegin:
                    parser.advance()
                    if case .name(let name) = parser.current.kind, ends.contains(name) { return body }
                    body.append(contentsOf: try parser.parseStatement(ends))
                    try parser.expect(.blockEnd)
                case .end where ends.isEmpty:
                    return body
                default:
                    let names = ends.map { "“{% \($0) %}”" }.joined(separator: " or ")
                    throw .syntax("the “\(opener)” block that begins here has no \(names)", at: start)
                }
            }
        }
    }

    /// Reads the rest of an opening tag, and statements up to one of `ends`.
    private mutating func parseBlock(until ends: [String], of opener: String) throws(Failure) -> [Statement] {
        _ = skip(.colon)
        try expect(.blockEnd)
        return try parseBody(until: ends, of: opener)
    }

    private mutating func parseClosedBlock(_ opener: String) throws(Failure) -> [Statement] {
        let body = try parseBlock(until: ["end" + opener], of: opener)
        advance()
        return body
    }

    private mutating func parseStatement(_ ends: [String]) throws(Failure) -> [Statement] {
        let place = place
        let name = try expectName()
        switch name {
        case "for": return [try parseFor()]
        case "if": return [try parseIf()]
        case "set": return [try parseSet()]
        case "with": return [try parseWith()]
        case "macro": return [.macro(try parseMacro())]
        case "call": return [try parseCallBlock()]
        case "filter":
            let filters = try parseFilterNames()
            return [.filterBlock(filters, try parseClosedBlock("filter"))]
        case "generation": return [.scope(try parseClosedBlock("generation"))]
        case "print": return try parsePrint()
        case "break", "continue":
            guard loopDepth > 0 else { throw .syntax("“\(name)” stands outside of a loop", at: place) }
            return [name == "break" ? .breakLoop : .continueLoop]
        default:
            throw unknownStatement(name, ends, at: place)
        }
    }

    private func unknownStatement(_ name: String, _ ends: [String], at place: Place) -> Failure {
        if name.hasPrefix("end") || name == "else" || name == "elif" {
            let hint = ends.isEmpty ? "" : "; " + ends.map { "“\($0)”" }.joined(separator: " or ") + " is expected"
            return .syntax("“\(name)” closes nothing here\(hint)", at: place)
        }
        var failure = Failure.unknown("statement", name)
        failure.place = place
        return failure
    }

    private mutating func parsePrint() throws(Failure) -> [Statement] {
        var outputs: [Statement] = []
        while current.kind != .blockEnd {
            if !outputs.isEmpty { try expect(.comma) }
            outputs.append(.output(try parseExpression()))
        }
        return outputs
    }

    private mutating func parseFor() throws(Failure) -> Statement {
        let target = try parseTarget(endsAtIn: true, allowsAttributes: false)
        try expect(word: "in")
        let iterable = try parseTuple(withConditional: false, end: "recursive")
        let filter = skip(word: "if") ? try parseExpression() : nil
        let isRecursive = skip(word: "recursive")
        loopDepth += 1
        let body = try parseBlock(until: ["endfor", "else"], of: "for")
        loopDepth -= 1
        let hasElse = at(word: "else")
        advance()
        let otherwise = hasElse ? try parseClosedBlock("for") : []
        return .loop(
            Loop(
                target: target, iterable: iterable, filter: filter, isRecursive: isRecursive, body: body,
                otherwise: otherwise))
    }

    private mutating func parseIf() throws(Failure) -> Statement {
        branchDepth += 1
        defer { branchDepth -= 1 }
        var branches: [Statement.Branch] = []
        while true {
            let test = try parseTuple(withConditional: false)
            let body = try parseBlock(until: ["elif", "else", "endif"], of: "if")
            branches.append(Statement.Branch(test: test, body: body))
            if skip(word: "elif") { continue }
            let hasElse = at(word: "else")
            advance()
            return .branch(branches, otherwise: hasElse ? try parseClosedBlock("if") : [])
        }
    }

    private mutating func parseSet() throws(Failure) -> Statement {
        let target = try parseTarget(endsAtIn: false, allowsAttributes: true)
        if skip(.assign) { return .assign(target, try parseTuple()) }
        let filters = at(.pipe) ? try parseFilterNames() : []
        return .assignBlock(target, filters, try parseClosedBlock("set"))
    }

    private mutating func parseWith() throws(Failure) -> Statement {
        var values: [(target: Target, value: Expression)] = []
        while current.kind != .blockEnd {
            if !values.isEmpty { try expect(.comma) }
            let target = try parseTarget(endsAtIn: false, allowsAttributes: false)
            try expect(.assign)
            values.append((target, try parseExpression()))
        }
        return .with(values, try parseClosedBlock("with"))
    }

    private mutating func parseMacro() throws(Failure) -> MacroDefinition {
        let name = try expectName()
        let parameters = try parseParameters()
        return try parseMacroBody(name: name, parameters: parameters, closing: "macro")
    }

    private mutating func parseCallBlock() throws(Failure) -> Statement {
        let parameters = at(.openParenthesis) ? try parseParameters() : []
        let call = try parseExpression()
        guard case .call = call.kind else { throw .syntax("a “call” block needs a call", at: call.place) }
        return .callBlock(call, try parseMacroBody(name: "caller", parameters: parameters, closing: "call"))
    }

    private mutating func parseMacroBody(
        name: String, parameters: [(name: String, fallback: Expression?)], closing: String
    ) throws(Failure) -> MacroDefinition {
        let (outerMentioned, outerLoopDepth) = (mentioned, loopDepth)
        mentioned = []
        loopDepth = 0
        let body = try parseClosedBlock(closing)
        let catches = mentioned.subtracting(parameters.map(\.name))
        mentioned = outerMentioned
        loopDepth = outerLoopDepth
        return MacroDefinition(name: name, parameters: parameters, body: body, catches: catches)
    }

    private mutating func parseParameters() throws(Failure) -> [(name: String, fallback: Expression?)] {
        try expect(.openParenthesis)
        var parameters: [(name: String, fallback: Expression?)] = []
        while !at(.closeParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let place = place
            let name = try expectName()
            let fallback = skip(.assign) ? try parseExpression() : nil
            if fallback == nil, let last = parameters.last, last.fallback != nil {
                throw .syntax("“\(name)” has no default and stands behind a parameter that has one", at: place)
            }
            guard !parameters.contains(where: { $0.name == name }), parameters.count < 64 else {
                throw .syntax("the parameter “\(name)” is there twice, or there are more than 64", at: place)
            }
            parameters.append((name, fallback))
        }
        try expect(.closeParenthesis)
        return parameters
    }

    private mutating func parseTarget(endsAtIn: Bool, allowsAttributes: Bool) throws(Failure) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if !targets.isEmpty {
                guard skip(.comma) else { break }
                isTuple = true
                if at(.assign) || at(.closeParenthesis) || (endsAtIn && at(word: "in")) { break }
            }
            targets.append(try parseSingleTarget(allowsAttributes: allowsAttributes))
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func parseSingleTarget(allowsAttributes: Bool) throws(Failure) -> Target {
        if skip(.openParenthesis) {
            let target = try nested("the targets") { parser throws(Failure) in
                try parser.parseTarget(endsAtIn: false, allowsAttributes: false)
            }
            try expect(.closeParenthesis)
            return target
        }
        let place = place
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw .syntax("“\(name)” cannot be assigned to", at: place)
        }
        if allowsAttributes, skip(.dot) { return .attribute(name, try expectName()) }
        return .name(name)
    }
}
