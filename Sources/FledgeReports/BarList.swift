/// Horizontal bars, one a line, each with its name and its number: shares of one whole.
public struct BarList: Sendable {
    public struct Bar: Sendable {
        public var label: Markup
        /// From 0 to 1; the bar's length.
        public var share: Double
        /// The number as it is to be read.
        public var value: String
        /// Drawn in the second colour.
        public var isMarked: Bool

        public init(label: Markup, share: Double, value: String, isMarked: Bool = false) {
            self.label = label
            self.share = share
            self.value = value
            self.isMarked = isMarked
        }
    }

    public var bars: [Bar]

    public init(_ bars: [Bar]) { self.bars = bars }

    public var markup: Markup {
        let lines = bars.map { bar -> Markup in
            let share = bar.share.isFinite ? min(1, max(0, bar.share)) : 0
            let width = "\((share * 1000).rounded() / 10)"
            let mark: Markup = bar.isMarked ? " class=\"marked\"" : ""
            return """
                <li\(mark)><span class="bar-label">\(bar.label)</span>\
                <span class="bar-track"><span class="bar-fill" style="width:\(width)%"></span></span>\
                <span class="bar-value">\(bar.value)</span></li>

                """
        }
        return "<ul class=\"bars\">\n\(lines)</ul>\n"
    }
}
