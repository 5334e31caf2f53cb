import Fledge

/// An explanation as lines for a terminal.
struct ExplanationView {
    private let explanation: Explanation
    private let isColored: Bool

    init(_ explanation: Explanation, isColored: Bool) {
        self.explanation = explanation
        self.isColored = isColored
    }

    /// All lines.
    var text: String {
        var lines = ["Prompt, \(count(explanation.promptTokens.count, "token"))"]
        lines += wrapped(explanation.promptTokens)
        for (index, step) in explanation.steps.enumerated() { lines += [""] + block(index, step) }
        if let first = explanation.steps.first {
            // Without a tokenizer there are only ids.
            let ids = explanation.steps.map { "\($0.chosen.id)" }.joined(separator: ",")
            let text = first.chosen.piece == nil ? ids : TerminalText.visible(explanation.text)
            lines += ["", bold("Text"), "  " + text]
        }
        for kind in [AttentionMap.Kind.encoder, .decoder, .cross] { lines += attention(kind) }
        if let note = explanation.attentionNote { lines += ["", "No attention: \(note)."] }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: Steps

    private static let labelWidth = 16

    private func block(_ index: Int, _ step: ExplainedStep) -> [String] {
        let kept = step.stages.first?.kept ?? 0
        var title = explanation.architecture == .encoderOnly ? "Place \(step.position)" : "Step \(index + 1)"
        title = bold(title) + "  \(step.chosen.label)  " + dim("id \(step.chosen.id), rank \(step.rank) of \(kept)")
        let stages = step.stages.map { stage in
            let removed = stage.removed > 0 ? " (−\(stage.removed))" : ""
            let bits = Terminal.fixed(Double(stage.entropy), 2)
            return "\(stage.name): \(count(stage.kept, "token"))\(removed), \(bits) bits"
        }
        let compares = step.stages.count > 1
        let indent = String(repeating: " ", count: ExplanationView.labelWidth + 5)
        let columns = TerminalText.padded("by the model", to: 27) + "at the choice"
        return [title] + stages.enumerated().map { "  " + dim(($0 == 0 ? "" : "→ ") + $1) }
            + (compares ? [indent + dim(columns)] : []) + step.candidates.map { line($0, compares: compares) }
    }

    private func line(_ candidate: ExplainedStep.Candidate, compares: Bool) -> String {
        let label = TerminalText.padded(candidate.token.label, to: ExplanationView.labelWidth)
        let mark = candidate.isChosen ? "✓" : " "
        var line = "  \(mark) \(candidate.isChosen ? bold(label) : label) "
        line += colored(bar(candidate.before), 36) + " " + percent(candidate.before)
        guard compares else { return line }
        if let stage = candidate.removedBy { return line + "   " + dim("out: \(stage)") }
        return line + "   " + colored(bar(candidate.after), 33) + " " + percent(candidate.after)
    }

    /// A bar of 16 columns, in eighths.
    private func bar(_ share: Float) -> String {
        let width = 16
        let eighths = Int((max(0, min(1, share)) * Float(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let bar = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return TerminalText.padded(bar, to: width)
    }

    private func percent(_ share: Float) -> String {
        let text = share > 0 && share < 0.0005 ? "<0.1" : Terminal.fixed(Double(share) * 100, 1)
        return String(repeating: " ", count: max(0, 5 - text.count)) + text + " %"
    }

    // MARK: Attention

    /// For each layer where one row looks most, in the mean over the heads, and which head looks at one place most.
    private func attention(_ kind: AttentionMap.Kind) -> [String] {
        let maps = explanation.attention.filter { $0.kind == kind }
        let (queries, keys) = (explanation.queryTokens(of: kind), explanation.keyTokens(of: kind))
        guard let first = maps.first, first.queries > 0 else { return [] }
        let row =
            explanation.architecture == .encoderOnly ? explanation.steps.first?.position ?? 0 : first.queries - 1
        let names: [AttentionMap.Kind: String] = [.encoder: "encoder", .decoder: "self", .cross: "cross"]
        let heads = count(first.heads, "head")
        let title = bold("Attention, \(names[kind] ?? "")")
        var lines = ["", "\(title): where \(queries[row].label) looks, mean of \(heads)"]
        for map in maps {
            let mean = map.meanRow(query: row)
            let best = mean.indices.sorted { mean[$0] > mean[$1] }.prefix(3)
            let places = best.map { key in
                TerminalText.padded("\(keys[key].label) \(whole(mean[key]))", to: ExplanationView.labelWidth)
            }
            var line = "  layer " + TerminalText.padded("\(map.layer)", to: 4) + places.joined(separator: " ")
            if let (head, key, weight) = strongest(map, row) {
                line += dim(" head \(head) → ") + "\(keys[key].label) \(whole(weight))"
            }
            lines.append(line)
        }
        return lines
    }

    /// The head that looks at one place most.
    private func strongest(_ map: AttentionMap, _ query: Int) -> (head: Int, key: Int, weight: Float)? {
        let heads = (0..<map.heads).map { head in
            let weights = Array(map.row(head: head, query: query))
            let key = weights.indices.max { weights[$0] < weights[$1] } ?? 0
            return (head: head, key: key, weight: weights[key])
        }
        return heads.max { $0.weight < $1.weight }
    }

    private func whole(_ share: Float) -> String { Terminal.fixed(Double(share) * 100, 0) + " %" }

    // MARK: Words and colours

    private func count(_ number: Int, _ name: String) -> String { "\(number) \(name)\(number == 1 ? "" : "s")" }

    /// Tokens on lines of at most 78 columns.
    private func wrapped(_ tokens: [ExplainedToken]) -> [String] {
        var lines: [String] = []
        var (line, width) = (" ", 1)
        for token in tokens {
            let length = token.label.count + 2 + "\(token.id)".count
            if width + length > 78, width > 1 {
                lines.append(line)
                (line, width) = (" ", 1)
            }
            line += " \(token.label) " + dim("\(token.id)")
            width += length
        }
        return width > 1 ? lines + [line] : lines
    }

    private func colored(_ text: String, _ code: Int) -> String { isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
    private func bold(_ text: String) -> String { colored(text, 1) }
    private func dim(_ text: String) -> String { colored(text, 2) }
}

/// Text for terminals.
enum TerminalText {
    /// Cut or filled with spaces to a number of columns.
    static func padded(_ text: String, to width: Int) -> String {
        let count = text.count
        if count > width { return String(text.prefix(width - 1)) + "…" }
        return text + String(repeating: " ", count: width - count)
    }

    /// Text without what would steer a terminal; line breaks stay.
    static func visible(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\n", "\t": scalar
                    default: scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
                    }
                }))
    }
}
