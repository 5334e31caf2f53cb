import FledgeReports
import Testing

struct ChartTests {
    @Test func `A scale ends at round numbers around its values`() {
        let scale = ChartScale(covering: [0.13, 0.27])
        #expect(scale.lower == 0.1 && abs(scale.upper - 0.3) < 1e-12)
        #expect(scale.ticks.map(scale.label) == ["0.10", "0.15", "0.20", "0.25", "0.30"])
        let bars = ChartScale(covering: [7, 31], includesZero: true, count: 4)
        #expect(bars.ticks.map(bars.label) == ["0", "20", "40"])
        let differences = ChartScale(covering: [-0.031, 0.012], count: 4)
        #expect(differences.ticks.map(differences.label) == ["−0.04", "−0.02", "0.00", "0.02"])
    }

    @Test func `Any numbers make a scale of few marks that holds them`() {
        let lists: [[Double]] = [
            [], [.nan], [.infinity, 1], [0], [0, 0], [5], [-3], [1e-300], [1e11, -1e11], [0.1 + 0.2, 0.3], [1e300],
            [123456.5, 123456.6],
        ]
        for values in lists {
            for includesZero in [false, true] {
                let scale = ChartScale(covering: values, includesZero: includesZero)
                #expect(scale.lower < scale.upper, "\(values)")
                #expect(2...8 ~= scale.ticks.count, "\(values): \(scale.ticks)")
                for value in values where value.isFinite && abs(value) < 1e12 {
                    #expect(scale.lower <= value && value <= scale.upper, "\(values)")
                }
                #expect(0...1 ~= scale.place(.nan, from: 0, to: 1))
                #expect(scale.place(1e301, from: 0, to: 1) == 1)
            }
        }
    }

    @Test func `Numbers have their decimals and a true minus sign`() {
        #expect(Numerals.fixed(0.0456, 3) == "0.046")
        #expect(Numerals.fixed(-1.5, 1) == "−1.5")
        #expect(Numerals.fixed(-0.0001, 3) == "0.000")
        #expect(Numerals.fixed(.nan, 2) == "–" && Numerals.fixed(1e18, 2) == "–")
        #expect(Numerals.signed(0.02, 2) == "+0.02" && Numerals.signed(0.001, 2) == "0.00")
        #expect(
            Numerals.percent(0.004) == "< 1 %" && Numerals.percent(0.995) == "> 99 %" && Numerals.percent(0.5) == "50 %"
        )
    }

    @Test func `A chart of intervals has a mark and a line for each point, and says its numbers`() {
        let chart = IntervalChart(
            title: "Scores <b>", axis: "shots", places: ["0", "1"],
            series: [
                .init(
                    name: "A", ink: .first,
                    points: [ChartPoint(value: 0.1, lower: 0, upper: 0.2), ChartPoint(value: 0.2)]),
                .init(name: "B", ink: .second, points: [nil, ChartPoint(value: 0.4, lower: 0.3, upper: 0.5)]),
            ])
        let html = chart.markup.html
        #expect(html.contains("<figcaption>Scores &lt;b&gt;</figcaption>"))
        #expect(count("class=\"whisker", html) == 2)
        // One mark a point, and one a line of the legend.
        #expect(count("class=\"mark", html) == 3 + 2)
        let description =
            "A by shots: 0: 0.100 (0.000 to 0.200); 1: 0.200. B by shots: 0: none; 1: 0.400 (0.300 to 0.500)."
        #expect(html.contains("<desc>\(description)</desc>"))
        #expect(html.contains("role=\"img\" aria-label=\"Scores &lt;b&gt;. \(description)\""))
    }

    @Test func `Bars are as long as their values from zero`() {
        var chart = RowChart(
            title: "Words", style: .bar,
            rows: [
                .init(name: "a", point: ChartPoint(value: 10), value: "10"),
                .init(name: "b", point: ChartPoint(value: 40), value: "40", isMarked: true),
            ])
        chart.guides = [ChartGuide(label: "a human", value: 20)]
        let html = chart.markup.html
        // From 8 to 352 for 0 to 40.
        #expect(html.contains("<rect class=\"bar first\" x=\"8.0\" y=\"38.0\" width=\"86.0\""))
        #expect(html.contains("<rect class=\"bar second\" x=\"8.0\" y=\"76.0\" width=\"344.0\""))
        #expect(html.contains("<line class=\"guide\" x1=\"180.0\""))
        #expect(html.contains("<desc>a: 10; b: 40; a human: 20.000.</desc>"))
    }

    private func count(_ part: String, _ text: String) -> Int { text.split(separator: part).count - 1 }
}
