extension String {
    /// Without white space at both ends.
    var withoutSpaceAround: String {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
