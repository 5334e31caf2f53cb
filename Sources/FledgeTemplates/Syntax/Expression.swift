/// An expression of a template.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case none
        case bool(Bool)
        case integer(Int)
        case double(Double)
        case string(String)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dict([(key: Expression, value: Expression)])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, CallArguments)
        case filter(Expression, FilterCall)
        case test(Expression, FilterCall)
        case negate(Expression)
        case plus(Expression)
        case not(Expression)
        /// Operators of one precedence, applied from the left.
        case arithmetic(Expression, [(symbol: Token.Symbol, operand: Expression)])
        case concatenate([Expression])
        case compare(Expression, [(comparison: Comparison, operand: Expression)])
        case all([Expression])
        case any([Expression])
        case conditional(test: Expression, then: Expression, otherwise: Expression?)
    }

    enum Comparison: Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, isIn, isNotIn
    }

    let kind: Kind
    let place: Place
    /// How deep the expression nests, which bounds what evaluating it needs of the stack.
    let depth: Int

    /// Makes an expression of parts.
    init(_ kind: Kind, at place: Place, of parts: [Expression] = []) throws(Failure) {
        self.kind = kind
        self.place = place
        var deepest = 0
        for part in parts { deepest = max(deepest, part.depth) }
        depth = deepest + 1
        guard depth <= TemplateLimits.nesting else { throw .tooDeep("the expressions", at: place) }
    }
}

/// What stands between the parentheses of a call.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var keywords: [(name: String, value: Expression)] = []
    /// The list after `*`.
    var spread: Expression?
    /// The dictionary after `**`.
    var keywordSpread: Expression?

    var parts: [Expression] {
        positional + keywords.map(\.value) + [spread, keywordSpread].compactMap { $0 }
    }
}

/// A filter or test by its name.
struct FilterCall: Sendable {
    var name: String
    var arguments = CallArguments()
    var place: Place
}
