import FledgeReports

extension LabReport {
    var textsBody: Markup {
        guard !shown.isEmpty else { return "<p>No examples were asked for.</p>" }
        let cards = shown.map { example -> Markup in
            var rows: [Markup] = example.references.enumerated().map { number, text in
                let name = example.references.count > 1 ? "A human (\(number + 1))" : "A human"
                return Self.row(name, text, kind: " class=\"human\"")
            }
            rows += zip(settings, example.outputs).map { Self.row(name($0), $1) }
            rows.append(Self.row("LEAD-3", example.lead))
            return """
                <article class="example">
                <h3>Example \(example.index)</h3>
                <details><summary>What was to be summarised</summary><pre>\(example.input)</pre></details>
                <dl class="texts">
                \(rows)</dl>
                </article>

                """
        }
        return """
            <p class="note">Examples are numbered from 0. They were \(shownReason).</p>
            \(cards)
            """
    }

    private var shownReason: String { "drawn with seed \(plan.options.seed), or named with --examples" }

    private static func row(_ name: String, _ text: String, kind: Markup = "") -> Markup {
        let body: Markup = text.isEmpty ? "<span class=\"empty\">nothing</span>" : "\(text)"
        return "<div\(kind)><dt>\(name)</dt><dd>\(body)</dd></div>\n"
    }

    var methodBody: Markup {
        let options = plan.options
        let several = options.models.count > 1
        var facts: [(String, String)] = [
            ("data", options.data), ("examples", "\(examples)"), ("template", options.template),
            ("demonstrations from", options.shotData ?? "the same data, never the example itself"),
            ("seed", "\(options.seed)"), ("Fledge", sources.version),
        ]
        for (name, model) in zip(options.models, sources.models) {
            let length = model.contextLength.map { "\($0) tokens" } ?? "any number of tokens"
            let what = model.contextHoldsPromptAlone ? "for the prompt" : "for prompt and answer"
            facts.append((several ? "context of \(name)" : "context", "\(length) \(what)"))
        }
        let items = facts.map { name, value -> Markup in "<li><span>\(name)</span> \(value)</li>" }
        let order: Markup =
            options.isFull
            ? "Everything was tried with everything."
            : """
            First the number of demonstrations was changed, at greedy decoding; then each parameter alone, with \
            \(LabText.count(plan.parameterShots, "demonstration")). Each comparison changes one thing.
            """
        return """
            <ul class="facts">\(items)</ul>
            <p>\(order) Demonstrations are drawn at random, the same ones for every prompt, and those of fewer shots are \
            among those of more. What does not fit in the context is left out, demonstrations first.</p>
            <p>Scores are those of rouge_score, with stemming. LEAD-3 is the beginning of the text, the summary that costs \
            nothing. Verdicts go by ROUGE-L alone, which was chosen before measuring: paired permutation tests on the same \
            examples, corrected together (Holm), at \(Numerals.percent(confidence)).</p>
            <p class="note">ROUGE counts shared words. It does not know whether a summary is true: read some. \
            \(references.perExample < 2 ? "There is one human summary an example, so that how well another human would score is not known." : "")</p>
            \(hashes)
            """
    }

    /// What makes the lab repeatable.
    private var hashes: Markup {
        var rows: [(String, String)] = [("template", sources.templateHash)]
        if let data = sources.data { rows.append((data.name, data.hash)) }
        if let data = sources.shotData { rows.append((data.name, data.hash)) }
        for model in sources.models {
            let revision = model.model.revision.map { ", revision \($0)" } ?? ""
            rows.append(("\(model.model.name), weights as \(model.model.dtype)\(revision)", model.model.weightsHash))
        }
        var table = ReportTable(caption: "SHA-256 of what it was made of", columns: [("what", .text), ("hash", .text)])
        for (name, hash) in rows { table.add([Markup(escaping: name), "<code>\(hash)</code>"]) }
        return "<details><summary>To repeat it</summary>\(table.markup)</details>"
    }
}
