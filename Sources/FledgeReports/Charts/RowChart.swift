/// One value a row, under its name: a mark with an interval, or a bar from 0.
public struct RowChart: Sendable {
    public struct Row: Sendable {
        public var name: String
        public var point: ChartPoint
        /// The number as it is to be read.
        public var value: String
        /// Drawn in the second ink.
        public var isMarked: Bool

        public init(name: String, point: ChartPoint, value: String, isMarked: Bool = false) {
            self.name = name
            self.point = point
            self.value = value
            self.isMarked = isMarked
        }
    }

    /// What stands for a value.
    public enum Style: Sendable {
        case mark, bar
    }

    public var title: String
    public var style: Style
    public var rows: [Row]
    public var guides: [ChartGuide] = []
    /// A sentence below.
    public var note = ""
    /// How many decimals the numbers of screen readers have.
    public var decimals = 3

    public init(title: String, style: Style, rows: [Row]) {
        self.title = title
        self.style = style
        self.rows = rows
    }

    private static let left = 8.0
    private static let right = 352.0
    private static let rowHeight = 38.0

    public var markup: Markup {
        let values = rows.flatMap(\.point.extent) + guides.map(\.value)
        let scale = ChartScale(covering: values, includesZero: style == .bar, count: 4)
        let top = guides.isEmpty ? 4.0 : 4 + 15 * Double(guides.count)
        let bottom = top + Double(rows.count) * Self.rowHeight + 4
        func place(_ value: Double) -> Double { scale.place(value, from: Self.left, to: Self.right) }
        var drawing = Markup()
        for tick in scale.ticks {
            drawing += ChartParts.line("axis", place(tick), top, place(tick), bottom)
            let anchor = tick == scale.ticks.first ? "start" : tick == scale.ticks.last ? "end" : "middle"
            let x = place(tick) + (anchor == "start" ? -Self.left + 1 : anchor == "end" ? 8 : 0)
            drawing += ChartParts.text(scale.label(tick), x: x, y: bottom + 15, anchor: anchor)
        }
        for (index, guide) in guides.enumerated() {
            let (x, y) = (place(guide.value), 11 + 15 * Double(index))
            drawing += ChartParts.line("guide", x, y + 3, x, bottom)
            let isRight = x > (Self.left + Self.right) / 2
            drawing += ChartParts.text(guide.label, x: x + (isRight ? 2 : -2), y: y, anchor: isRight ? "end" : "start")
        }
        for (index, row) in rows.enumerated() {
            drawing += drawn(row, y: top + Double(index) * Self.rowHeight, place: place)
        }
        return ChartParts.figure(
            title: title, description: description, height: bottom + 22, drawing: drawing, note: note)
    }

    private func drawn(_ row: Row, y: Double, place: (Double) -> Double) -> Markup {
        let ink: ChartInk = row.isMarked ? .second : .first
        let (x, middle) = (place(row.point.value), y + 24)
        var drawing = ChartParts.text(row.name, x: Self.left, y: y + 14, kind: "name")
        drawing += ChartParts.text(row.value, x: Self.right, y: y + 14, anchor: "end", kind: "name")
        guard style == .mark else {
            let start = place(0)
            return drawing + """
                <rect class="bar \(ink.rawValue)" x="\(ChartParts.number(min(start, x)))" y="\(ChartParts.number(middle - 5))" \
                width="\(ChartParts.number(max(abs(x - start), 1)))" height="10" rx="2"><title>\(row.name): \(row.value)</title></rect>

                """
        }
        if let lower = row.point.lower, let upper = row.point.upper {
            drawing += ChartParts.line("whisker \(ink.rawValue)", place(lower), middle, place(upper), middle)
        }
        return drawing + ChartParts.mark(ink, x: x, y: middle, title: "\(row.name): \(row.point.text(decimals))")
    }

    private var description: String {
        (rows.map { "\($0.name): \($0.value)" } + guides.map { "\($0.label): \(Numerals.fixed($0.value, decimals))" })
            .joined(separator: "; ") + "."
    }
}
