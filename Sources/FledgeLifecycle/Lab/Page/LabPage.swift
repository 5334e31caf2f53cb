import FledgeReports

extension LabReport {
    /// The report as one HTML file that asks the network for nothing.
    public var html: String {
        let models = LabText.list(plan.modelNames)
        return ReportPage(
            title: "Prompting lab",
            lead: """
                What <strong>\(models)</strong> made of \(examples) examples of <strong>\(plan.options.data)</strong>, \
                and what changed the score.
                """,
            sections: [
                ReportSection(id: "verdicts", title: "What it says", body: verdictsBody),
                ReportSection(id: "charts", title: "In pictures", body: chartsBody),
                ReportSection(id: "numbers", title: "In numbers", body: numbersBody),
                ReportSection(id: "texts", title: "What was written", body: textsBody),
                ReportSection(id: "method", title: "How it was measured", body: methodBody),
            ],
            styles: [LabStyle.sheet],
            footer: "Made by <code>fledge lab</code>. Everything is in this file."
        ).html
    }

    private var verdictsBody: Markup {
        let models = plan.options.models
        var body = Markup()
        for (model, name) in zip(models, plan.modelNames) {
            if models.count > 1 { body += "<h3>\(name)</h3>\n" }
            body += Self.list(verdicts.filter { $0.model == model && $0.subject != .models })
        }
        let ofAll = verdicts.filter { $0.model == nil || $0.subject == .models }
        if models.count > 1 { body += "<h3>All models</h3>\n" }
        return body + Self.list(ofAll)
    }

    private static func list(_ verdicts: [LabVerdict]) -> Markup {
        let items = verdicts.map { verdict -> Markup in
            let kind: Markup = verdict.subject == .nextStep ? " class=\"next\"" : ""
            let name =
                verdict.subject == .models ? LabText.modelName(verdict.model ?? "") : LabText.title(verdict.subject)
            return "<div\(kind)><dt>\(name)</dt><dd>\(verdict.text)</dd></div>\n"
        }
        return "<dl class=\"verdicts\">\n\(items)</dl>\n"
    }

    // The same numbers as in lab.json, to three digits.

    private var numbersBody: Markup {
        var scoreTable = ReportTable(
            caption: "ROUGE, F-measure, with the interval that \(Numerals.percent(confidence)) of resamples lie in",
            columns: [("setting", .text)]
                + ["rouge1", "rouge2", "rougeL", "rougeLsum"].map { (LabText.scoreName($0), .number) })
        func cells(_ scores: [Score]) -> [Markup] {
            scores.map { score in
                """
                \(LabText.score(score.score)) <span class="interval">\(LabText.score(score.lower))–\(LabText.score(score.upper))</span>
                """
            }
        }
        for setting in settings { scoreTable.add([Markup(escaping: name(setting))] + cells(setting.scores)) }
        for baseline in baselines { scoreTable.add([Markup(escaping: baseline.label)] + cells(baseline.scores)) }
        return scoreTable.markup + textTable.markup + Self.textNote + comparisonTable.markup
    }

    private static let textNote: Markup = """
        <p class="note">words, tokens: of a text on average. rep.: four-word sequences that stood in the text before. cut: \
        texts that reached the largest number of new tokens. prompt: its tokens. demos: demonstrations that it holds. \
        dropped: prompts some of whose demonstrations did not fit. input cut: prompts whose input did not fit.</p>

        """

    private var textTable: ReportTable {
        var table = ReportTable(
            caption: "Texts and time",
            columns: [
                ("setting", .text), ("words", .number), ("tokens", .number), ("rep.", .number), ("cut", .number),
                ("prompt", .number), ("demos", .number), ("dropped", .number), ("input cut", .number),
                ("seconds", .number), ("tokens/s", .number),
            ])
        for setting in settings {
            let cells = [
                name(setting), Numerals.fixed(setting.meanWords, 1), Numerals.fixed(setting.meanTokens, 1),
                Numerals.percent(setting.repetition), Numerals.percent(setting.shareCut),
                Numerals.fixed(setting.meanPromptTokens, 0), Numerals.fixed(setting.meanDemonstrations, 1),
                Numerals.percent(setting.shareWithDroppedDemonstrations), Numerals.percent(setting.shareTruncated),
                Numerals.fixed(setting.seconds, 1), Numerals.fixed(setting.tokensPerSecond, 0),
            ]
            table.add(cells.map { Markup(escaping: $0) })
        }
        let tokens = references.meanTokens.map { Numerals.fixed($0, 1) }.joined(separator: ", ")
        let human = [
            "A human", Numerals.fixed(references.meanWords, 1), tokens, Numerals.percent(references.repetition),
        ]
        table.add((human + [String](repeating: "", count: 7)).map { Markup(escaping: $0) })
        return table
    }

    private var comparisonTable: ReportTable {
        var table = ReportTable(
            caption: "Paired tests by ROUGE-L; p is corrected for \(LabText.count(comparisons.count, "test"))",
            columns: [
                ("change", .text), ("difference", .number), ("verdict", .text), ("interval", .number), ("p", .number),
            ])
        let kinds: [LabComparison.Kind] = [.shots, .shotsOverall, .parameter, .model, .baseline]
        for comparison in kinds.flatMap({ kind in comparisons.filter { $0.kind == kind } }) {
            guard let primary = comparison.primary else { continue }
            let outcome = comparison.outcome == .noise ? "may be chance" : comparison.outcome.rawValue
            let cells = [
                change(comparison), Numerals.signed(primary.difference, 3), outcome,
                "\(Numerals.signed(primary.lower, 3)) to \(Numerals.signed(primary.upper, 3))",
                comparison.adjustedPValue < 0.001 ? "< 0.001" : Numerals.fixed(comparison.adjustedPValue, 3),
            ]
            table.add(cells.map { Markup(escaping: $0) })
        }
        return table
    }

    /// A setting's name, with its model where there are several.
    func name(_ setting: Setting) -> String {
        plan.options.models.count > 1 ? "\(LabText.modelName(setting.model)): \(setting.label)" : setting.label
    }

    /// What parameters change: `32 new tokens instead of 64`, `top-p 0.9 instead of greedy`.
    func instead(_ parameters: LabParameters) -> String {
        let base = plan.options.base
        let words = parameters.changes(from: base).joined(separator: ", ")
        return words + (parameters.doSample ? " instead of greedy" : " instead of \(base.maxNewTokens)")
    }

    /// What a comparison changes, in words.
    func change(_ comparison: LabComparison) -> String {
        guard let second = settings.first(where: { $0.id == comparison.second }) else { return comparison.second }
        guard let first = settings.first(where: { $0.id == comparison.first }) else {
            return "\(name(second)) against LEAD-3"
        }
        let model = plan.options.models.count > 1 ? "\(LabText.modelName(second.model)): " : ""
        switch comparison.kind {
        case .shots, .shotsOverall:
            let words = second.parameters.words(base: plan.options.base)
            let rest = words == ["greedy"] ? "" : ", " + words.joined(separator: ", ")
            return "\(model)\(LabText.count(second.shots, "shot")) instead of \(first.shots)\(rest)"
        case .parameter:
            return "\(model)\(LabText.count(second.shots, "shot")), \(instead(second.parameters))"
        case .model: return "\(name(second)) instead of \(LabText.modelName(first.model))"
        case .baseline: return name(second)
        }
    }
}
