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

    /// What a file whose data are in a format that is not read calls it, nil for other names.
    ///
    /// - Parameter path: a path or a name.
    /// - Returns: the format's name.
    package static func unreadFormat(path: String) -> String? {
        let unread = [
            ".parquet": "Parquet", ".arrow": "Arrow", ".feather": "Arrow", ".avro": "Avro", ".zst": "Zstandard",
            ".bz2": "bzip2", ".xz": "xz", ".zip": "zip",
        ]
        let name = path.lowercased()
        return unread.first { name.hasSuffix($0.key) }?.value
    }

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
