/// A statement of a template, or text between statements.
enum Statement: Sendable {
    case text(String)
    case output(Expression)
    case loop(Loop)
    case branch([Branch], otherwise: [Statement])
    case assign(Target, Expression)
    case assignBlock(Target, [FilterCall], [Statement])
    case with([(target: Target, value: Expression)], [Statement])
    case macro(MacroDefinition)
    case callBlock(Expression, MacroDefinition)
    case filterBlock([FilterCall], [Statement])
    case scope([Statement])
    case breakLoop
    case continueLoop

    struct Branch: Sendable {
        var test: Expression
        var body: [Statement]
    }
}

/// A `for` statement.
final class Loop: Sendable {
    let target: Target
    let iterable: Expression
    let filter: Expression?
    let isRecursive: Bool
    let body: [Statement]
    let otherwise: [Statement]

    init(
        target: Target, iterable: Expression, filter: Expression?, isRecursive: Bool, body: [Statement],
        otherwise: [Statement]
    ) {
        self.target = target
        self.iterable = iterable
        self.filter = filter
        self.isRecursive = isRecursive
        self.body = body
        self.otherwise = otherwise
    }
}

/// A macro, or the body of a `call` block.
final class MacroDefinition: Sendable {
    let name: String
    let parameters: [(name: String, fallback: Expression?)]
    let body: [Statement]
    /// Which of `varargs`, `kwargs` and `caller` the body mentions: only then may it be given them.
    let catches: Set<String>

    init(name: String, parameters: [(name: String, fallback: Expression?)], body: [Statement], catches: Set<String>) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.catches = catches
    }
}

/// What an assignment assigns to.
indirect enum Target: Sendable {
    case name(String)
    case attribute(String, String)
    case tuple([Target])
}
