/// A chart of values over the steps of a run, as an SVG document that needs nothing else and follows the reader's choice
/// of light or dark.
public struct LossCurve: Sendable {
    /// One line of the chart.
    public struct Series: Sendable {
        public var name: String
        /// Values by step; those that are NaN or infinite interrupt the line.
        public var points: [(step: Int, value: Double)]

        public init(name: String, points: [(step: Int, value: Double)]) {
            self.name = name
            self.points = points
        }
    }

    public var title: String
    public var series: [Series]
    /// What the vertical axis shows.
    public var valueName: String

    public init(title: String, series: [Series], valueName: String = "loss") {
        self.title = title
        self.series = series
        self.valueName = valueName
    }

    /// The training loss of a log, and the losses of evaluations: all metrics that are called `eval_loss` or end with
    /// `_loss`.
    public init(title: String, records: [TrainingRecord]) {
        var series = [
            Series(name: "train", points: records.compactMap { record in record.loss.map { (record.step, $0) } })
        ]
        let names = Set(records.flatMap(\.metrics.keys)).filter { $0.hasSuffix("_loss") }.sorted()
        for name in names {
            series.append(
                Series(
                    name: String(name.dropLast("_loss".count)),
                    points: records.compactMap { record in record.metrics[name].map { (record.step, $0) } }))
        }
        self.init(title: title, series: series.filter { !$0.points.isEmpty })
    }

    /// The document.
    public func svg() -> String {
        let finite = series.flatMap { $0.points }.filter { $0.value.isFinite }
        let steps = Axis(finite.map { Double($0.step) }, from: 72, to: 736, padding: 0, integers: true)
        let values = Axis(finite.map(\.value), from: 352, to: 56, padding: 0.05, integers: false)
        var parts = [Self.head(title: title, summary: summary), frame(steps, values)]
        if finite.isEmpty {
            parts.append(#"<text class="muted" x="404" y="204" text-anchor="middle">no data yet</text>"#)
        }
        for (index, line) in series.enumerated() {
            parts.append(SeriesPath(line.points, steps, values).svg(style: index % Self.styles))
        }
        parts.append(legend)
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    static let styles = 4

    /// The last value of each line, for those who cannot see it.
    private var summary: String {
        series.map { line in
            let last = line.points.last { $0.value.isFinite }
            return "\(line.name): \(last.map { "\(ReportFile.fixed($0.value, 4)) at step \($0.step)" } ?? "no values")"
        }.joined(separator: "; ")
    }

    private func frame(_ steps: Axis, _ values: Axis) -> String {
        var parts: [String] = []
        for tick in values.ticks {
            let y = ReportFile.fixed(values.place(tick), 1)
            parts.append(#"<path class="grid" d="M72 \#(y)H736"/>"#)
            parts.append(
                #"<text class="muted" x="64" y="\#(y)" dy="4" text-anchor="end">\#(values.label(tick))</text>"#)
        }
        for tick in steps.ticks {
            let x = ReportFile.fixed(steps.place(tick), 1)
            parts.append(#"<path class="axis" d="M\#(x) 352v5"/>"#)
            parts.append(#"<text class="muted" x="\#(x)" y="372" text-anchor="middle">\#(steps.label(tick))</text>"#)
        }
        parts.append(#"<path class="axis" d="M72 352H736"/>"#)
        parts.append(#"<text class="muted" x="404" y="394" text-anchor="middle">step</text>"#)
        parts.append(
            #"<text class="muted" transform="translate(18 204) rotate(-90)" text-anchor="middle">"#
                + "\(Self.escaped(valueName))</text>")
        return parts.joined(separator: "\n")
    }

    /// Names with a stroke of their line, from the right; about seven units a letter.
    private var legend: String {
        var right = 736.0
        return series.enumerated().reversed().map { index, line in
            let width = Double(min(line.name.count, 24)) * 7.5 + 34
            right -= width
            let name = Self.escaped(line.name.count > 24 ? line.name.prefix(23) + "…" : line.name)
            let (x, text) = (ReportFile.fixed(right, 1), ReportFile.fixed(right + 24, 1))
            return #"<path class="line s\#(index % Self.styles)" d="M\#(x) 30h18"/>"#
                + #"<text x="\#(text)" y="34">\#(name)</text>"#
        }.joined(separator: "\n")
    }

    private static func head(title: String, summary: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" class="fledge-curve" viewBox="0 0 760 408" width="760" height="408" \
        role="img">
        <title>\(escaped(title))</title>
        <desc>\(escaped(summary))</desc>
        <style>
        .fledge-curve{--paper:#fff;--ink:#1f2328;--muted:#59636e;--grid:#e4e8ec;--axis:#8c959f;\
        --s0:#0969da;--s1:#bc4c00;--s2:#1a7f37;--s3:#8250df;font:13px system-ui,sans-serif;fill:var(--ink)}
        @media (prefers-color-scheme:dark){.fledge-curve{--paper:#0d1117;--ink:#e6edf3;--muted:#9198a1;--grid:#252b33;\
        --axis:#6e7681;--s0:#58a6ff;--s1:#f0883e;--s2:#3fb950;--s3:#bc8cff}}
        .fledge-curve .paper{fill:var(--paper)}.fledge-curve .muted{fill:var(--muted)}
        .fledge-curve .grid{stroke:var(--grid)}.fledge-curve .axis{stroke:var(--axis)}
        .fledge-curve .line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}
        .fledge-curve .s0{stroke:var(--s0)}.fledge-curve .s1{stroke:var(--s1)}
        .fledge-curve .s2{stroke:var(--s2)}.fledge-curve .s3{stroke:var(--s3)}
        .fledge-curve .dot{fill:var(--paper);stroke-width:1.75}
        </style>
        <rect class="paper" width="760" height="408"/>
        <text x="72" y="34" font-size="15" font-weight="600">\
        \(escaped(title.count > 56 ? title.prefix(55) + "…" : title))</text>
        """
    }

    /// Text as XML holds it; characters that XML does not have become U+FFFD.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where scalar.value < 0x20 && scalar != "\t" && scalar != "\n", "\u{FFFE}", "\u{FFFF}":
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
