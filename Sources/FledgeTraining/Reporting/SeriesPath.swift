/// One line of a chart as path data.
struct SeriesPath {
    private var data = ""
    private var dots: [(x: Double, y: Double)] = []

    /// Columns of the chart; of the points in one only the lowest and the highest are drawn.
    private static let columns = 664
    /// So many points get dots of their own.
    private static let dotLimit = 40

    init(_ points: [(step: Int, value: Double)], _ steps: Axis, _ values: Axis) {
        var isDrawing = false
        for point in points.count > 2 * Self.columns ? Self.thinned(points, steps) : points {
            guard point.value.isFinite else {
                isDrawing = false
                continue
            }
            let (x, y) = (steps.place(Double(point.step)), values.place(point.value))
            data += "\(isDrawing ? "L" : "M")\(ReportFile.fixed(x, 1)) \(ReportFile.fixed(y, 1))"
            isDrawing = true
            if points.count <= Self.dotLimit { dots.append((x, y)) }
        }
    }

    func svg(style: Int) -> String {
        var parts = data.isEmpty ? [] : [#"<path class="line s\#(style)" d="\#(data)"/>"#]
        for dot in dots {
            parts.append(
                #"<circle class="dot s\#(style)" cx="\#(ReportFile.fixed(dot.x, 1))" cy="\#(ReportFile.fixed(dot.y, 1))" r="2.5"/>"#
            )
        }
        return parts.joined(separator: "\n")
    }

    /// Of each column the lowest and the highest point in their order, and one of those without a value.
    private static func thinned(
        _ points: [(step: Int, value: Double)], _ steps: Axis
    ) -> [(step: Int, value: Double)] {
        var result: [(step: Int, value: Double)] = []
        var start = 0
        while start < points.count {
            let column = steps.place(Double(points[start].step)).rounded()
            var (lowest, highest) = (start, start)
            var end = start
            while end < points.count, points[end].value.isFinite == points[start].value.isFinite,
                steps.place(Double(points[end].step)).rounded() == column
            {
                if points[end].value < points[lowest].value { lowest = end }
                if points[end].value > points[highest].value { highest = end }
                end += 1
            }
            result.append(points[min(lowest, highest)])
            if lowest != highest { result.append(points[max(lowest, highest)]) }
            start = end
        }
        return result
    }
}
