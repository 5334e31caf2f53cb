/// A table. It scrolls within itself where the page is narrower.
public struct ReportTable: Sendable {
    /// How a column's cells stand.
    public enum Alignment: Sendable {
        case text
        /// Digits below digits.
        case number
    }

    /// What the table shows, read out by screen readers and shown above it.
    public var caption: String
    public var columns: [(title: String, alignment: Alignment)]
    public private(set) var rows: [[Markup]] = []

    public init(caption: String, columns: [(title: String, alignment: Alignment)]) {
        self.caption = caption
        self.columns = columns
    }

    /// Adds a row; its first cell is its heading.
    public mutating func add(_ cells: [Markup]) { rows.append(cells) }

    public var markup: Markup {
        let heads = columns.map { column -> Markup in
            "<th scope=\"col\"\(ReportTable.kind(column.alignment))>\(column.title)</th>"
        }
        let body = rows.map { cells -> Markup in
            let cells = zip(cells, columns).enumerated().map { index, pair -> Markup in
                let kind = ReportTable.kind(pair.1.alignment)
                return index == 0 ? "<th scope=\"row\"\(kind)>\(pair.0)</th>" : "<td\(kind)>\(pair.0)</td>"
            }
            return "<tr>\(cells)</tr>\n"
        }
        return """
            <div class="table-frame" tabindex="0" role="group" aria-label="\(caption)"><table>
            <caption>\(caption)</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(body)</tbody></table></div>

            """
    }

    private static func kind(_ alignment: Alignment) -> Markup {
        alignment == .number ? " class=\"number\"" : ""
    }
}
