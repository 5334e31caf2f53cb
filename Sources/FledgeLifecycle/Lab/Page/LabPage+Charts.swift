import FledgeReports

extension LabReport {
    var chartsBody: Markup {
        var body = Markup()
        for (number, model) in plan.modelNames.enumerated() {
            if plan.options.models.count > 1 { body += "<h3>\(model)</h3>\n" }
            let charts = [
                shotsChart(number), parametersChart(number), changesChart(number), lengthChart(number),
                timeChart(number),
            ]
            body += "<div class=\"charts\">\n\(charts.compactMap { $0 })</div>\n"
        }
        return body
    }

    private func settings(of model: Int) -> [Setting] {
        zip(plan.settings, settings).filter { $0.0.model == model }.map(\.1)
    }

    private static func point(_ score: Score) -> ChartPoint {
        ChartPoint(value: score.score, lower: score.lower, upper: score.upper)
    }

    private var leadGuide: [ChartGuide] {
        baselines.prefix(1).compactMap { baseline in
            baseline.score(LabAnalysis.primaryScore).map { ChartGuide(label: "LEAD-3, ROUGE-L", value: $0.score) }
        }
    }

    /// The scores by the number of demonstrations; the same scale for all models.
    private func shotsChart(_ model: Int) -> Markup? {
        let base = plan.options.base
        func greedy(_ model: Int) -> [Setting] { self.settings(of: model).filter { $0.parameters == base } }
        let settings = greedy(model)
        guard settings.count > 1 else { return nil }
        let names = [("rouge1", ChartInk.second), ("rougeL", .first), ("rouge2", .third)]
        var chart = IntervalChart(
            title: "Scores by demonstrations, greedy", axis: "demonstrations asked for",
            places: settings.map { "\($0.shots)" },
            series: names.map { name, ink in
                IntervalChart.Series(
                    name: LabText.scoreName(name), ink: ink, points: settings.map { $0.score(name).map(Self.point) })
            })
        chart.guides = leadGuide
        let all = plan.options.models.indices.flatMap(greedy).flatMap { setting in
            names.compactMap { setting.score($0.0) }.flatMap { [$0.lower, $0.upper] }
        }
        chart.scale = ChartScale(covering: all + leadGuide.map(\.value))
        return chart.markup
    }

    private func parametersChart(_ model: Int) -> Markup? {
        let shown = settings(of: model).filter { $0.shots == plan.parameterShots }
        guard shown.count > 1 else { return nil }
        var chart = RowChart(
            title: "ROUGE-L by parameters, \(LabText.count(plan.parameterShots, "shot"))", style: .mark,
            rows: shown.compactMap { setting in
                setting.score(LabAnalysis.primaryScore).map { score in
                    let words = setting.parameters.words(base: plan.options.base)
                    return RowChart.Row(
                        name: words.joined(separator: ", "), point: Self.point(score), value: LabText.score(score.score)
                    )
                }
            })
        chart.guides = leadGuide.map { ChartGuide(label: "LEAD-3", value: $0.value) }
        return chart.markup
    }

    private func changesChart(_ model: Int) -> Markup? {
        let ids = Set(settings(of: model).map(\.id))
        let shown = comparisons.filter {
            ids.contains($0.second) && [.shots, .shotsOverall, .parameter].contains($0.kind)
        }
        guard !shown.isEmpty, shown.count <= 24 else { return nil }
        var chart = RowChart(
            title: "What each change did to ROUGE-L", style: .mark,
            rows: shown.compactMap { comparison in
                comparison.primary.map { primary in
                    RowChart.Row(
                        name: shortChange(comparison),
                        point: ChartPoint(value: primary.difference, lower: primary.lower, upper: primary.upper),
                        value: Numerals.signed(primary.difference, 3), isMarked: comparison.outcome != .noise)
                }
            })
        chart.guides = [ChartGuide(label: "no change", value: 0)]
        chart.note =
            shown.contains { $0.outcome != .noise }
            ? "Squares are beyond noise after correction; circles may be chance."
            : "Circles: after correction all of these may be chance."
        return chart.markup
    }

    /// A change without the model's name, and parameters without the number of demonstrations.
    private func shortChange(_ comparison: LabComparison) -> String {
        guard let second = settings.first(where: { $0.id == comparison.second }),
            let first = settings.first(where: { $0.id == comparison.first })
        else { return comparison.second }
        let words = second.parameters.words(base: plan.options.base).joined(separator: ", ")
        guard comparison.kind == .parameter else {
            let rest = words == "greedy" ? "" : ", \(words)"
            return "\(LabText.count(second.shots, "shot")) instead of \(first.shots)\(rest)"
        }
        if plan.options.isFull { return "\(second.label), not \(first.label)" }
        return instead(second.parameters)
    }

    private func lengthChart(_ model: Int) -> Markup? {
        var chart = RowChart(
            title: "Words a text", style: .bar,
            rows: settings(of: model).map { setting in
                RowChart.Row(
                    name: setting.label, point: ChartPoint(value: setting.meanWords),
                    value: Numerals.fixed(setting.meanWords, 1))
            })
        chart.guides = [
            ChartGuide(label: "a human: \(Numerals.fixed(references.meanWords, 1))", value: references.meanWords)
        ]
        chart.decimals = 1
        return chart.markup
    }

    private func timeChart(_ model: Int) -> Markup? {
        RowChart(
            title: "Seconds for \(examples) texts", style: .bar,
            rows: settings(of: model).map { setting in
                RowChart.Row(
                    name: setting.label, point: ChartPoint(value: setting.seconds),
                    value: "\(Numerals.fixed(setting.seconds, 1)) s")
            }
        ).markup
    }
}
