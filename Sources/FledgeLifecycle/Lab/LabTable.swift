import FledgeReports

extension LabReport {
    /// The verdicts and the table for a terminal, at most 100 columns wide.
    public var text: String {
        var text = ""
        for verdict in verdicts where verdict.subject == .nextStep {
            text += LabText.paragraph(title(verdict), verdict)
        }
        for verdict in verdicts where verdict.subject != .nextStep {
            text += LabText.paragraph(title(verdict), verdict)
        }
        return text + "\n" + table + "\n" + legend
    }

    private func title(_ verdict: LabVerdict) -> String {
        let name = LabText.title(verdict.subject)
        guard plan.options.models.count > 1, let model = verdict.model else { return name }
        return "\(LabText.modelName(model)): \(name)"
    }

    /// A line for each setting and each baseline.
    private var table: String {
        var rows = [
            [
                "setting", "R-1", "R-2", "R-L (\(Numerals.percent(confidence)) interval)", "R-Lsum", "words", "rep",
                "fit", "s", "tok/s",
            ]
        ]
        func scores(_ list: [Score]) -> [String] {
            func number(_ name: String) -> String {
                list.first { $0.name == name }.map { LabText.score($0.score) } ?? ""
            }
            let middle = list.first { $0.name == "rougeL" }
            let interval = middle.map { " (\(LabText.score($0.lower))–\(LabText.score($0.upper)))" } ?? ""
            return [number("rouge1"), number("rouge2"), number("rougeL") + interval, number("rougeLsum")]
        }
        for (setting, planned) in zip(settings, plan.settings) {
            let tokens = setting.parameters.maxNewTokens
            var name = planned.shortLabel + (tokens == plan.options.base.maxNewTokens ? "" : " /\(tokens)")
            if plan.options.models.count > 1 { name = "\(planned.model + 1): \(name)" }
            rows.append(
                [name] + scores(setting.scores) + [
                    Numerals.fixed(setting.meanWords, 1), Numerals.percent(setting.repetition),
                    Numerals.percent(1 - max(setting.shareWithDroppedDemonstrations, setting.shareTruncated)),
                    Numerals.fixed(setting.seconds, 1), Numerals.fixed(setting.tokensPerSecond, 0),
                ])
        }
        for baseline in baselines {
            let name = baseline.name == "lead_3" ? "LEAD-3" : baseline.name
            rows.append([name] + scores(baseline.scores) + [Numerals.fixed(baseline.meanWords, 1), "", "", "", ""])
        }
        // Where names are long, they need the room of R-Lsum more.
        if LabText.width(of: rows) > 100 { for row in rows.indices { rows[row].remove(at: 4) } }
        return LabText.columns(rows, width: 100)
    }

    private var legend: String {
        var lines: [String] = []
        if plan.options.models.count > 1 {
            lines += plan.options.models.enumerated().map { "\($0 + 1): \($1)" }
        }
        lines.append(
            "R: ROUGE. words: of a text; a human’s has \(Numerals.fixed(references.meanWords, 1)). "
                + "rep: repeated four-word sequences.")
        if plan.options.maxNewTokens.count > 1 {
            lines.append("/: the largest number of new tokens, otherwise \(plan.options.base.maxNewTokens).")
        }
        lines.append("fit: prompts with everything that was asked for. s, tok/s: generating alone.")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension LabText {
    static func title(_ subject: LabVerdict.Subject) -> String {
        switch subject {
        case .nextStep: "Next step"
        case .baseline: "Against copying"
        case .demonstrations: "Demonstrations"
        case .context: "Context"
        case .parameters: "Parameters"
        case .length: "Length"
        case .repetition: "Repetition"
        case .models: "Models"
        case .resolution: "How fine this measures"
        }
    }

    /// A title and a text in lines of at most 100 columns, indented but for the title.
    static func paragraph(_ title: String, _ verdict: LabVerdict) -> String {
        var lines = [title]
        var line = " "
        for word in verdict.text.split(separator: " ") {
            if line.count + 1 + word.count > 100 {
                lines.append(line)
                line = " "
            }
            line += " " + word
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }

    /// How wide rows are in columns.
    static func width(of rows: [[String]]) -> Int {
        (rows.first ?? []).indices.reduce(-2) { sum, column in sum + 2 + (rows.map { $0[column].count }.max() ?? 0) }
    }

    /// Rows in columns, the first to the left and numbers to the right; the first is shortened where they are too wide.
    static func columns(_ rows: [[String]], width: Int) -> String {
        var widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        guard !widths.isEmpty else { return "" }
        let rest = widths.dropFirst().reduce(0) { $0 + 2 + $1 }
        widths[0] = min(widths[0], max(8, width - rest))
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let (text, width) = cell
                let short = text.count > width ? String(text.prefix(width - 1)) + "…" : text
                let space = String(repeating: " ", count: width - short.count)
                return column == 0 ? short + space : space + short
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
