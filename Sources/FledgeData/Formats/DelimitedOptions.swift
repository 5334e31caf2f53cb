/// How values are separated.
///
/// Values are texts: nothing is guessed from how they look. ``Record/integer(of:)`` and ``Record/number(of:)`` read
/// numbers from them.
public struct DelimitedOptions: Sendable, Equatable {
    /// Where the columns' names come from.
    public enum Header: Sendable, Equatable {
        /// The first line.
        case firstLine
        /// There are none: the columns are called `column1`, `column2` and so on.
        case none
        /// These; the first line is a record.
        case names([String])
    }

    /// The byte between values.
    public var separator: UInt8
    /// The byte around values that hold separators, line ends or quotation marks, which are then doubled; nil if
    /// quotation marks are characters like others.
    public var quote: UInt8?
    /// Where the columns' names come from.
    public var header: Header

    /// Creates options, those of CSV if nothing else is said.
    public init(
        separator: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""), header: Header = .firstLine
    ) {
        self.separator = separator
        self.quote = quote
        self.header = header
    }
}
