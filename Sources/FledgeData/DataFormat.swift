/// How a file writes its records.
public enum DataFormat: Sendable, Equatable {
    /// One JSON object a line; empty lines do not count.
    case jsonLines
    /// One JSON list of objects, or an object that holds one.
    ///
    /// - Parameter field: the member that holds the list; nil for the first that is a list.
    case json(field: String? = nil)
    /// Comma-separated values and their kin (RFC 4180).
    case delimited(DelimitedOptions)
    /// Plain text: each record has one field, `text`.
    case text(TextUnit = .line)
    /// A token a line with its tags in columns, an empty line after each sentence, as CoNLL's shared tasks have it.
    case conll(ColumnOptions = ColumnOptions())

    /// Comma-separated values whose first line has the columns' names.
    public static var csv: DataFormat { .delimited(DelimitedOptions()) }

    /// Values separated by tabs; the first line has the columns' names.
    public static var tsv: DataFormat { .delimited(DelimitedOptions(separator: UInt8(ascii: "\t"))) }

    /// What a record of a text is.
    public enum TextUnit: String, Sendable, Equatable {
        /// A line, empty ones included.
        case line
        /// Lines up to an empty one.
        case paragraph
        /// The whole file.
        case document
    }

    /// The ends of file names that say what the format is.
    public static let fileExtensions = [".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".text", ".conll"]

    /// The format that a file's name stands for, a `.gz` at its end left aside.
    ///
    /// - Parameter path: a path or a name.
    public init?(path: String) {
        var name = path.lowercased()[...]
        if name.hasSuffix(".gz") { name = name.dropLast(3) }
        guard let end = DataFormat.fileExtensions.first(where: { name.hasSuffix($0) }) else { return nil }
        switch end {
        case ".jsonl", ".ndjson": self = .jsonLines
        case ".json": self = .json()
        case ".csv": self = .csv
        case ".tsv": self = .tsv
        case ".conll": self = .conll()
        default: self = .text()
        }
    }
}

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

/// Which columns of CoNLL files make which fields.
public struct ColumnOptions: Sendable, Equatable {
    /// A field that is made of a column.
    public struct Column: Sendable, Equatable {
        /// The name of the field, which holds the list of the sentence's values.
        public var name: String
        /// The number of the column from 0, or from the end: -1 is the last one.
        public var index: Int

        /// Creates a column.
        public init(_ name: String, at index: Int) {
            self.name = name
            self.index = index
        }
    }

    /// The fields.
    public var columns: [Column]
    /// The byte between columns; nil for tabs, or for spaces in lines without a tab.
    public var separator: UInt8?

    /// Creates options: unless something else is said, the first column makes `tokens` and the last one `tags`.
    public init(columns: [Column] = [Column("tokens", at: 0), Column("tags", at: -1)], separator: UInt8? = nil) {
        self.columns = columns
        self.separator = separator
    }
}
