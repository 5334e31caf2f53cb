/// Values with their intervals over a few places in order, such as scores by the number of demonstrations.
public struct IntervalChart: Sendable {
    /// What is drawn with one ink.
    public struct Series: Sendable {
        public var name: String
        public var ink: ChartInk
        /// A point for each place, nil where there is none.
        public var points: [ChartPoint?]

        public init(name: String, ink: ChartInk, points: [ChartPoint?]) {
            self.name = name
            self.ink = ink
            self.points = points
        }
    }

    public var title: String
    /// What the places are.
    public var axis: String
    /// The places from left to right; short words.
    public var places: [String]
    public var series: [Series]
    public var guides: [ChartGuide] = []
    /// The values of the vertical axis; nil for what the points need.
    public var scale: ChartScale?
    /// How exact numbers are in what screen readers say.
    public var decimals = 3

    public init(title: String, axis: String, places: [String], series: [Series]) {
        self.title = title
        self.axis = axis
        self.places = places
        self.series = series
    }

    private static let height = 236.0
    private static let left = 42.0
    private static let right = 350.0
    private static let top = 12.0
    private static let bottom = 192.0

    public var markup: Markup {
        let values = series.flatMap { $0.points.compactMap { $0?.extent }.joined() } + guides.map(\.value)
        let scale = scale ?? ChartScale(covering: values)
        var drawing = axes(scale)
        for guide in guides {
            let y = scale.place(guide.value, from: Self.bottom, to: Self.top)
            drawing += ChartParts.line("guide", Self.left, y, Self.right, y)
            drawing += ChartParts.text(guide.label, x: Self.right, y: y - 4, anchor: "end")
        }
        for (index, series) in series.enumerated() { drawing += lines(of: series, number: index, scale: scale) }
        return ChartParts.figure(
            title: title, description: description, height: Self.height,
            legend: series.count > 1 ? series.map { ($0.ink, $0.name) } : [], drawing: drawing)
    }

    private func axes(_ scale: ChartScale) -> Markup {
        var drawing = Markup()
        for tick in scale.ticks {
            let y = scale.place(tick, from: Self.bottom, to: Self.top)
            drawing += ChartParts.line("axis", Self.left, y, Self.right, y)
            drawing += ChartParts.text(scale.label(tick), x: Self.left - 6, y: y + 4, anchor: "end")
        }
        for (index, place) in places.enumerated() {
            drawing += ChartParts.text(place, x: x(index), y: Self.bottom + 18, anchor: "middle")
        }
        drawing += ChartParts.text(axis, x: (Self.left + Self.right) / 2, y: Self.bottom + 38, anchor: "middle")
        return drawing
    }

    private func x(_ index: Int) -> Double {
        Self.left + (Double(index) + 0.5) * (Self.right - Self.left) / Double(max(places.count, 1))
    }

    /// The marks of a series and their intervals; series stand a little beside each other.
    private func lines(of series: Series, number: Int, scale: ChartScale) -> Markup {
        let shift = (Double(number) - Double(self.series.count - 1) / 2) * 11
        var path = ""
        var drawing = Markup()
        for (index, point) in series.points.prefix(places.count).enumerated() {
            guard let point, point.value.isFinite else {
                path += " "
                continue
            }
            let (x, y) = (x(index) + shift, scale.place(point.value, from: Self.bottom, to: Self.top))
            path +=
                (path.isEmpty || path.hasSuffix(" ") ? "M" : "L") + "\(ChartParts.number(x)) \(ChartParts.number(y))"
            if let lower = point.lower, let upper = point.upper {
                let (low, high) = (
                    scale.place(lower, from: Self.bottom, to: Self.top),
                    scale.place(upper, from: Self.bottom, to: Self.top)
                )
                drawing += ChartParts.line("whisker \(series.ink.rawValue)", x, low, x, high)
            }
            drawing += ChartParts.mark(
                series.ink, x: x, y: y, title: "\(series.name), \(places[index]): \(point.text(decimals))")
        }
        return "<path class=\"trend \(series.ink.rawValue)\" d=\"\(path)\"/>\n\(drawing)"
    }

    private var description: String {
        let parts = series.map { series in
            let values = zip(places, series.points).map { "\($0): \($1?.text(decimals) ?? "none")" }
            return "\(series.name) by \(axis): \(values.joined(separator: "; "))."
        }
        let guides = guides.map { "\($0.label): \(Numerals.fixed($0.value, decimals))." }
        return (parts + guides).joined(separator: " ")
    }
}
