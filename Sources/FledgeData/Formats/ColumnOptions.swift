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
