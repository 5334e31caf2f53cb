/// A Hub access token that cannot be printed by accident.
public struct AccessToken: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The secret itself, for the `Authorization` header and nothing else.
    let secret: String

    /// Trims white space around the token; `nil` when nothing is left.
    ///
    /// - Parameter text: The token, as in `HF_TOKEN` or a token file.
    /// - Throws: ``HubError/invalidSetting(name:reason:)`` when the token cannot be sent in a header.
    public init?(_ text: String) throws(HubError) {
        let trimmed = Self.trimmed(text)
        if trimmed.isEmpty { return nil }
        guard trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidSetting(
                name: "HF_TOKEN", reason: "the token contains white space or a character that is not ASCII")
        }
        secret = trimmed
    }

    public var description: String { "<access token>" }

    public var customMirror: Mirror { Mirror(self, children: [:]) }

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
