/// A piece of a template's text.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        /// Text outside of tags.
        case data(String)
        case variableBegin
        case variableEnd
        case blockBegin
        case blockEnd
        case name(String)
        case string(String)
        case integer(Int)
        case float(Double)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Sendable, CaseIterable {
        case floorDivide = "//"
        case power = "**"
        case equal = "=="
        case notEqual = "!="
        case greaterOrEqual = ">="
        case lessOrEqual = "<="
        case plus = "+"
        case minus = "-"
        case divide = "/"
        case times = "*"
        case modulo = "%"
        case tilde = "~"
        case openBracket = "["
        case closeBracket = "]"
        case openParenthesis = "("
        case closeParenthesis = ")"
        case openBrace = "{"
        case closeBrace = "}"
        case greater = ">"
        case less = "<"
        case assign = "="
        case dot = "."
        case colon = ":"
        case pipe = "|"
        case comma = ","
        case semicolon = ";"
    }

    var kind: Kind
    var place: Place

    /// What errors call the token.
    var name: String {
        switch kind {
        case .data: "text"
        case .variableBegin: "“{{”"
        case .variableEnd: "“}}”"
        case .blockBegin: "“{%”"
        case .blockEnd: "“%}”"
        case .name(let name): "“\(name)”"
        case .string: "a string"
        case .integer(let value): "“\(value)”"
        case .float(let value): "“\(value)”"
        case .symbol(let symbol): "“\(symbol.rawValue)”"
        case .end: "the end of the template"
        }
    }
}
