/// Makes statements and expressions of tokens; a recursive descent whose depth is bounded.
struct Parser {
    private let tokens: [Token]
    private var index = 0
    private var depth = 0
    /// How many branches lie around: in one, an unknown filter is an error only when it is reached.
    var branchDepth = 0
    /// Filters and tests outside of branches that do not exist.
    var unknowns: [Failure] = []
    var loopDepth = 0
    /// Which of `varargs`, `kwargs` and `caller` the macro being read mentions.
    var mentioned: Set<String> = []

    /// - Parameter tokens: ends with ``Token/Kind/end``.
    init(tokens: [Token]) {
        self.tokens = tokens
    }

    var current: Token { token(0) }
    var place: Place { current.place }

    func token(_ offset: Int) -> Token {
        let last = tokens.count - 1
        guard last >= 0 else { return Token(kind: .end, place: Place(line: 1, column: 1)) }
        return tokens[min(index + offset, last)]
    }

    mutating func advance() { index += 1 }

    func at(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

    func at(word: String, offset: Int = 0) -> Bool { token(offset).kind == .name(word) }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard at(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(word: String) -> Bool {
        guard at(word: word) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol) throws(Failure) {
        guard skip(symbol) else { throw expected("“\(symbol.rawValue)”") }
    }

    mutating func expect(word: String) throws(Failure) {
        guard skip(word: word) else { throw expected("“\(word)”") }
    }

    mutating func expect(_ kind: Token.Kind) throws(Failure) {
        guard current.kind == kind else { throw expected(Token(kind: kind, place: place).name) }
        advance()
    }

    mutating func expectName() throws(Failure) -> String {
        guard case .name(let name) = current.kind else { throw expected("a name") }
        advance()
        return name
    }

    func expected(_ what: String) -> Failure {
        .syntax("\(what) is expected, and there is \(current.name)", at: place)
    }

    /// Runs a part of the grammar one level deeper.
    mutating func nested<Result>(_ what: String, _ body: (inout Parser) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        depth += 1
        defer { depth -= 1 }
        guard depth <= TemplateLimits.nesting else { throw .tooDeep(what, at: place) }
        return try body(&self)
    }
}
