/// A piece of HTML. What is interpolated into one is escaped unless it is markup itself, so that text of users and models
/// can be put into a page as it is:
///
/// ```swift
/// let cell: Markup = "<td>\(token.text)</td>"
/// ```
public struct Markup: Sendable, Equatable, CustomStringConvertible {
    /// The HTML.
    public private(set) var html: String

    /// No markup.
    public init() { html = "" }

    /// Text, shown as it stands.
    public init(escaping text: some StringProtocol) { html = Markup.escaped(text) }

    /// Pieces, one after the other.
    public init(_ parts: some Sequence<Markup>, separator: String = "") {
        html = parts.map(\.html).joined(separator: separator)
    }

    public var description: String { html }
    public var isEmpty: Bool { html.isEmpty }

    public static func += (markup: inout Markup, other: Markup) { markup.html += other.html }
    public static func + (first: Markup, second: Markup) -> Markup { Markup([first, second]) }

    /// Text as it may stand in HTML, between tags and in quoted attributes. Control characters, which HTML does not allow,
    /// become replacement characters. O(text).
    public static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7F}"..<"\u{A0}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Markup: ExpressibleByStringInterpolation {
    public init(stringLiteral html: String) { self.html = html }
    public init(stringInterpolation parts: StringInterpolation) { html = parts.html }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        public init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity) }

        /// What stands in the program's own text is HTML.
        public mutating func appendLiteral(_ literal: String) { html += literal }
        public mutating func appendInterpolation(_ text: some StringProtocol) { html += Markup.escaped(text) }
        public mutating func appendInterpolation(_ number: some BinaryInteger) { html += "\(number)" }
        public mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
        public mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { html += part.html } }
    }
}
