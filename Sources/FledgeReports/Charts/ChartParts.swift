/// Which of the sheet's inks something is drawn with. Each has a shape of its own, so that colour is not all that tells
/// series apart.
public enum ChartInk: String, Sendable, CaseIterable {
    case first, second, third
}

/// A line across a chart that values are seen against.
public struct ChartGuide: Sendable {
    public var label: String
    public var value: Double

    public init(label: String, value: Double) {
        self.label = label
        self.value = value
    }
}

/// A value, and the range that it could have been.
public struct ChartPoint: Sendable, Equatable {
    public var value: Double
    public var lower: Double?
    public var upper: Double?

    public init(value: Double, lower: Double? = nil, upper: Double? = nil) {
        self.value = value
        self.lower = lower
        self.upper = upper
    }

    /// All numbers that must be inside a chart.
    var extent: [Double] { [value, lower, upper].compactMap { $0 } }

    /// The point in words.
    func text(_ decimals: Int) -> String {
        guard let lower, let upper else { return Numerals.fixed(value, decimals) }
        return
            "\(Numerals.fixed(value, decimals)) (\(Numerals.fixed(lower, decimals)) to \(Numerals.fixed(upper, decimals)))"
    }
}

/// What charts are drawn of. Lengths are in units of a drawing that is 360 wide, which a phone shows about as large.
enum ChartParts {
    static let width = 360.0

    static func number(_ value: Double) -> String {
        let text = Numerals.fixed(abs(value), 1)
        return value < 0 ? "-" + text : text
    }

    static func line(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup {
        """
        <line class="\(kind)" x1="\(number(x1))" y1="\(number(y1))" x2="\(number(x2))" y2="\(number(y2))"/>

        """
    }

    static func text(_ text: String, x: Double, y: Double, anchor: String = "start", kind: String = "") -> Markup {
        let kind: Markup = kind.isEmpty ? "" : " class=\"\(kind)\""
        return "<text\(kind) x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(text)</text>\n"
    }

    /// A circle, a square or a rhombus around a place.
    static func mark(_ ink: ChartInk, x: Double, y: Double, title: String) -> Markup {
        let path =
            switch ink {
            case .first: "M\(number(x - 4)) \(number(y))a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"
            case .second: "M\(number(x - 3.7)) \(number(y - 3.7))h7.4v7.4h-7.4z"
            case .third: "M\(number(x)) \(number(y - 5.2))l5.2 5.2l-5.2 5.2l-5.2 -5.2z"
            }
        return "<path class=\"mark \(ink.rawValue)\" d=\"\(path)\"><title>\(title)</title></path>\n"
    }

    /// The drawing with what screen readers say of it.
    static func figure(
        title: String, description: String, height: Double, legend: [(ink: ChartInk, name: String)] = [],
        drawing: Markup, note: String = ""
    ) -> Markup {
        let keys = legend.map { ink, name -> Markup in
            let shape = mark(ink, x: 6, y: 6, title: "")
            return "<li><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\">\(shape)</svg>\(name)</li>"
        }
        let list: Markup = keys.isEmpty ? "" : "<ul class=\"chart-legend\">\(keys)</ul>\n"
        let below: Markup = note.isEmpty ? "" : "<p class=\"note\">\(note)</p>\n"
        return """
            <figure class="chart">
            <figcaption>\(title)</figcaption>
            \(list)<svg viewBox="0 0 \(number(width)) \(number(height))" role="img" aria-label="\(title). \(description)">
            <desc>\(description)</desc>
            \(drawing)</svg>
            \(below)</figure>

            """
    }
}
