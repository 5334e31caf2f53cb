import FledgeNN
import FledgeReports

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Explanation {
    /// The explanation as one HTML file that asks the network for nothing: the tokens, every step with a slider, and the
    /// attention maps by kind, layer and head. Attention is in steps of 1/255 there.
    ///
    /// - Parameter modelName: what to call the model.
    /// - Returns: the file's text.
    /// - Throws: what encoding to JSON throws.
    public func html(modelName: String) throws -> String {
        var sections = [ReportSection(id: "tokens", title: "Tokens", body: tokensBody)]
        if !steps.isEmpty { sections.append(ReportSection(id: "steps", title: stepsTitle, body: stepsBody)) }
        if !attention.isEmpty {
            sections.append(
                ReportSection(id: "attention", title: "Who attends to whom", body: ExplanationPage.attentionBody))
        } else if let attentionNote {
            sections.append(
                ReportSection(id: "attention", title: "Attention", body: "<p>No maps: \(attentionNote).</p>"))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(ExplanationPage.Content(self))
        return ReportPage(
            title: architecture == .encoderOnly ? "Inside an encoder" : "Inside one generation",
            lead: "What <strong>\(modelName)</strong> read, what it considered at each step, and where it looked.",
            sections: sections, styles: [ExplanationStyle.sheet],
            scripts: [ExplanationScript.tools, ExplanationScript.steps, ExplanationScript.attention],
            data: ["explanation": String(decoding: json, as: UTF8.self)],
            footer: "Made by <code>fledge explain</code>. Everything is in this file."
        ).html
    }

    private var stepsTitle: String { architecture == .encoderOnly ? "Masked places" : "Step by step" }

    private var tokensBody: Markup {
        let prompt = ExplanationPage.chips(promptTokens)
        var body: Markup = """
            \(settings.map(ExplanationPage.facts) ?? "")
            <h3>Prompt: \(promptTokens.count) tokens</h3>
            <div class="tokens">\(prompt)</div>

            """
        guard architecture != .encoderOnly else { return body }
        let end = finishReason.map { " Ended by: \(ExplanationPage.words(for: $0))." } ?? ""
        let chips = steps.enumerated().map { index, step -> Markup in
            "<button type=\"button\" class=\"token made\" data-step=\"\(index)\" title=\"\(ExplanationPage.title(step.chosen))\">\(step.chosen.label)</button>"
        }
        body += """
            <h3>Generated: \(steps.count) tokens</h3>
            <div class="tokens">\(chips)</div>
            <p class="note">Tap a generated token to see how it was chosen.\(end) A dot stands for a space.</p>

            """
        return body
    }

    private var stepsBody: Markup {
        var table = ReportTable(
            caption: "All steps",
            columns: [
                ("step", .number), ("token", .text), ("rank", .number), ("by the model", .number),
                ("at the choice", .number), ("tokens left", .number), ("entropy, bits", .number),
            ])
        for (index, step) in steps.enumerated() {
            let candidate = step.chosenCandidate
            table.add([
                "\(index + 1)", "<span class=\"token\">\(step.chosen.label)</span>", "\(step.rank)",
                Markup(escaping: ExplanationPage.percent(candidate?.before ?? 0)),
                Markup(escaping: ExplanationPage.percent(candidate?.after ?? 0)), "\(step.stages.last?.kept ?? 0)",
                Markup(escaping: ExplanationPage.fixed(step.stages.last?.entropy ?? 0)),
            ])
        }
        return """
            <div id="step-view" hidden>
            <div class="controls">
            <button type="button" id="step-back" aria-label="Previous step">‹</button>
            <label class="wide"><span>Step <output id="step-number"></output></span>
            <input type="range" id="step-slider" min="1" max="\(steps.count)" value="1"></label>
            <button type="button" id="step-next" aria-label="Next step">›</button>
            <label id="stage-control">Compare the model with <select id="stage"></select></label>
            </div>
            <p id="step-summary" aria-live="polite"></p>
            <ol class="stages" id="stages" aria-label="From the model to the choice"></ol>
            <p class="legend"><span class="key first"></span>by the model <span id="after-key"><span class="key other"></span><span id="after-name"></span></span></p>
            <ul class="candidates" id="candidates" aria-label="Candidates"></ul>
            </div>
            <details><summary>All steps in one table</summary>
            \(table.markup)</details>

            """
    }
}

/// What pages of explanations are made of.
enum ExplanationPage {
    static let attentionBody: Markup = """
        <noscript><p>The maps need JavaScript, which is in this file.</p></noscript>
        <div id="attention-view" hidden>
        <div class="controls">
        <label>Attention <select id="kind"></select></label>
        <label>Layer <select id="layer"></select></label>
        <label>Head <select id="head"></select></label>
        <label>Token <select id="direction"><option value="to">attends to</option><option value="by">is attended by</option></select></label>
        </div>
        <p class="note">Hover over a token or tap it; with the keyboard use the arrow keys. Darker is more.</p>
        <h3 id="from-title"></h3>
        <div class="tokens" id="from" role="radiogroup" aria-labelledby="from-title"></div>
        <div id="to-part"><h3 id="to-title"></h3><div class="tokens" id="to"></div></div>
        <p id="attention-summary" aria-live="polite"></p>
        <ul class="bars" id="strongest"></ul>
        <details id="matrix-part" open><summary>The whole map</summary>
        <p class="note" id="matrix-note">Rows look, columns are looked at; the shade is the square root of the weight.</p>
        <div class="matrix"><canvas id="matrix" role="img" aria-label="Attention map of this head"></canvas><div id="matrix-row"></div></div>
        <p class="note" id="matrix-readout">&nbsp;</p>
        </details>
        <details id="grid-part"><summary>All layers and heads at a glance</summary>
        <div class="grid-frame" tabindex="0" role="group" aria-label="A small map of each head; the lists above choose the same"><table class="grid" id="grid"></table></div>
        </details>
        <p class="note">Attention shows where a head looks. It does not by itself say why the model answers as it does.</p>
        </div>

        """

    static func chips(_ tokens: [ExplainedToken]) -> [Markup] {
        tokens.map { token -> Markup in
            let kind: Markup = token.isSpecial ? " special" : ""
            return "<span class=\"token\(kind)\" title=\"\(title(token))\">\(token.label)</span>"
        }
    }

    static func title(_ token: ExplainedToken) -> String {
        "id \(token.id)" + (token.piece.map { ", spelled \($0)" } ?? "")
    }

    static func facts(_ settings: ExplainedSettings) -> Markup {
        var facts: [(String, String)] = [("choice", settings.doSample ? "sampled" : "greedy")]
        if settings.doSample {
            facts += [
                ("seed", "\(settings.seed)"), ("temperature", "\(settings.temperature)"),
                ("top-k", settings.topK == 0 ? "off" : "\(settings.topK)"),
                ("top-p", settings.topP == 1 ? "off" : "\(settings.topP)"),
            ]
        }
        if settings.repetitionPenalty != 1 { facts.append(("repetition penalty", "\(settings.repetitionPenalty)")) }
        if settings.noRepeatNgramSize > 0 { facts.append(("no repeated n-gram", "\(settings.noRepeatNgramSize)")) }
        facts.append(("at most", "\(settings.maxNewTokens) tokens"))
        let items = facts.map { name, value -> Markup in "<li><span>\(name)</span> \(value)</li>" }
        return "<ul class=\"facts\" aria-label=\"Settings\">\(items)</ul>"
    }

    static func words(for reason: FinishReason) -> String {
        switch reason {
        case .stop: "the model’s end token"
        case .length: "the largest number of tokens"
        case .stopSequence: "a stop sequence"
        case .cancelled: "being cancelled"
        }
    }

    static func percent(_ share: Float) -> String {
        guard share > 0 else { return "–" }
        if share < 0.0005 { return "< 0.1 %" }
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    static func fixed(_ value: Float) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
