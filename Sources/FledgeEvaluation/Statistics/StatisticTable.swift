/// Numbers of examples, a row each, whose sums over examples give a metric's scores.
///
/// Rows are dense, or sparse where a metric has a column for each class or n-gram:
///
/// ```
/// columns  2 5 | 0 2 9 | …     entries of row i: offsets[i]..<offsets[i + 1]
/// values   1 1 | 3 1 1 | …
/// ```
public struct StatisticTable: Sendable {
    /// How many columns there are.
    public private(set) var width: Int
    /// How many rows there are.
    public private(set) var count = 0
    private var values: [Double] = []
    private var columns: [Int32] = []
    private var offsets = [0]
    private let isDense: Bool

    /// An empty table whose rows have a value in every column.
    public init(denseWidth width: Int) {
        self.width = width
        isDense = true
    }

    /// An empty table whose rows have values in a few columns; it is as wide as its last column.
    public init() {
        width = 0
        isDense = false
    }

    /// Adds a row of a dense table.
    ///
    /// - Parameter row: a value for each column.
    public mutating func append(_ row: [Double]) {
        precondition(isDense && row.count == width, "a row of \(row.count) values in a table of \(width) columns")
        values.append(contentsOf: row)
        count += 1
    }

    /// Adds a row of a sparse table. Values of a repeated column are added.
    public mutating func append(_ entries: some Sequence<(column: Int, value: Double)>) {
        precondition(!isDense, "entries of a dense table")
        for entry in entries {
            columns.append(Int32(entry.column))
            values.append(entry.value)
            width = max(width, entry.column + 1)
        }
        offsets.append(values.count)
        count += 1
    }

    /// Makes a sparse table at least this wide.
    public mutating func widen(to width: Int) {
        self.width = max(self.width, width)
    }

    /// Adds a row to sums, which have a place for each column.
    ///
    /// - Complexity: O(entries of the row).
    @inline(__always)
    package func add(row: Int, times factor: Double, to sums: inout [Double]) {
        if isDense {
            let start = row * width
            for column in 0..<width { sums[column] += factor * values[start + column] }
        } else {
            for entry in offsets[row]..<offsets[row + 1] { sums[Int(columns[entry])] += factor * values[entry] }
        }
    }

    /// Makes the places of a row's entries 0 again.
    func clear(row: Int, in sums: inout [Double]) {
        if isDense {
            for column in 0..<width { sums[column] = 0 }
        } else {
            for entry in offsets[row]..<offsets[row + 1] { sums[Int(columns[entry])] = 0 }
        }
    }

    /// The sums of all rows.
    public func sums() -> [Double] {
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<count { add(row: row, times: 1, to: &sums) }
        return sums
    }
}
