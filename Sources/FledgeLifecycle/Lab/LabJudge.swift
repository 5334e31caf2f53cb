import FledgeReports

/// Puts the numbers of a lab into words. What is not beyond noise after correction is called noise, and what was not
/// tried is not spoken of.
struct LabJudge {
    let plan: LabPlan
    let settings: [LabReport.Setting]
    let baselines: [LabReport.Baseline]
    let references: LabReport.References
    let comparisons: [LabComparison]
    let examples: Int
    let resolution: Double
    let confidence: Double

    /// Fewer examples than this decide nothing but the grossest differences.
    static let fewExamples = 30

    /// What can be said, model after model, the next step first.
    var verdicts: [LabVerdict] {
        let ofModels = plan.options.models.indices.flatMap { model in
            let findings = LabFindings(judge: self, model: model)
            return [nextStep(findings), baseline(findings), demonstrations(findings)]
                + [context(findings), parameters(findings), length(findings), repetition(findings)].compactMap { $0 }
        }
        return ofModels + models() + [resolutionVerdict]
    }

    // Whether the beginning of the text would have done as well.

    private func baseline(_ findings: LabFindings) -> LabVerdict {
        let (best, lead) = (findings.best, baselines[0])
        let scores =
            "\(findings.name) \(findings.score(best)) and \(LabText.score(lead.score(LabAnalysis.primaryScore)?.score ?? 0))"
        let subject = "The best setting (\(best.label))"
        var text =
            switch findings.againstLead?.outcome ?? .noise {
            case .better: "\(subject) is better than copying \(copied): \(scores)"
            case .worse: "\(subject) is worse than copying \(copied): \(scores)"
            case .noise: "\(subject) cannot be told from copying \(copied): \(scores)"
            }
        if let comparison = findings.againstLead { text += ", \(words(comparison))" }
        text += "."
        if let human = baselines.first(where: { $0.name == "human" })?.score(LabAnalysis.primaryScore) {
            text += " A human’s summary scores \(LabText.score(human.score)) against the other humans’."
        }
        return LabVerdict(.baseline, model: findings.model, text)
    }

    /// What LEAD-3 takes.
    var copied: String { baselines[0].label.contains("lines") ? "the first three lines" : "the first three sentences" }

    /// A difference and its p-value.
    func short(_ comparison: LabComparison) -> String {
        guard let primary = comparison.primary else { return "" }
        return "(\(Numerals.signed(primary.difference, 3)), \(LabText.pValue(comparison.adjustedPValue)))"
    }

    /// A difference with its interval and p-value.
    func words(_ comparison: LabComparison) -> String {
        guard let primary = comparison.primary else { return "" }
        return "\(Numerals.signed(primary.difference, 3)) (\(Numerals.signed(primary.lower, 3)) to "
            + "\(Numerals.signed(primary.upper, 3)), \(LabText.pValue(comparison.adjustedPValue)))"
    }

    // Inference parameters.

    private func parameters(_ findings: LabFindings) -> LabVerdict? {
        guard !findings.parameters.isEmpty else { return nil }
        func names(_ outcome: LabComparison.Outcome) -> [String] {
            findings.parameters.filter { $0.outcome == outcome }.map { comparison in
                "\(changed(comparison, findings)) \(short(comparison))"
            }
        }
        let base = "greedy decoding with \(LabText.count(plan.options.base.maxNewTokens, "new token"))"
        var text =
            plan.options.isFull
            ? "Against \(base) at the same number of demonstrations:"
            : "With \(LabText.count(plan.parameterShots, "demonstration")), against \(base):"
        let (better, worse, noise) = (names(.better), names(.worse), names(.noise))
        if better.isEmpty, worse.isEmpty {
            text += " nothing helped or hurt beyond noise: \(noise.joined(separator: ", "));"
        } else {
            text += better.isEmpty ? " nothing helped beyond noise;" : " \(LabText.list(better)) helped;"
            text += worse.isEmpty ? " nothing hurt beyond noise;" : " \(LabText.list(worse)) hurt;"
            text += noise.isEmpty ? "" : " the rest may be chance: \(noise.joined(separator: ", "));"
        }
        return LabVerdict(.parameters, model: findings.model, String(text.dropLast()) + ".")
    }

    /// What differs from the base: `temperature 0.7`, `32 new tokens`.
    private func changed(_ comparison: LabComparison, _ findings: LabFindings) -> String {
        guard let setting = findings.setting(comparison.second) else { return comparison.second }
        let words = setting.parameters.changes(from: plan.options.base).joined(separator: ", ")
        return plan.options.isFull ? "\(LabText.count(setting.shots, "shot")), \(words)" : words
    }

    // What the texts look like.

    private func length(_ findings: LabFindings) -> LabVerdict? {
        let best = findings.best
        var sentences: [String] = []
        let ratio = references.meanWords > 0 ? best.meanWords / references.meanWords : 1
        if ratio >= 1.5 || ratio <= 1 / 1.5 {
            sentences.append(
                "With the best setting a text has \(Numerals.fixed(best.meanWords, 1)) words on average, a human’s "
                    + "\(Numerals.fixed(references.meanWords, 1)): \(Numerals.fixed(ratio, ratio >= 1 ? 1 : 2)) times as "
                    + "many. ROUGE depends on length.")
        }
        if best.shareCut >= 0.2 {
            sentences.append(
                "\(Numerals.percent(best.shareCut)) of the best setting’s texts were cut at "
                    + "\(best.parameters.maxNewTokens) new tokens.")
        }
        return sentences.isEmpty ? nil : LabVerdict(.length, model: findings.model, sentences.joined(separator: " "))
    }

    private func repetition(_ findings: LabFindings) -> LabVerdict? {
        let best = findings.best
        guard best.repetition > 0.1, best.repetition > 2 * references.repetition else { return nil }
        return LabVerdict(
            .repetition, model: findings.model,
            "It repeats itself: \(Numerals.percent(best.repetition)) of the four-word sequences in a text of "
                + "the best setting stood there before, of a human’s \(Numerals.percent(references.repetition)).")
    }

    // All models together.

    private func models() -> [LabVerdict] {
        let tests = comparisons.filter { $0.kind == .model }
        return plan.options.models.indices.dropFirst().map { model in
            let name = plan.options.models[model]
            let mine = tests.filter { test in
                plan.settings.contains { $0.id == test.second && $0.model == model }
            }
            func count(_ outcome: LabComparison.Outcome) -> Int { mine.count { $0.outcome == outcome } }
            let text =
                "In \(count(.better)) of \(LabText.count(mine.count, "setting")) it is better than "
                + "\(plan.modelNames[0]), in \(count(.worse)) worse, and in \(count(.noise)) the difference may be chance."
            return LabVerdict(.models, model: name, text)
        }
    }

    private var resolutionVerdict: LabVerdict {
        LabVerdict(
            .resolution, model: nil,
            "With \(examples) examples the interval of a difference reaches \(LabText.score(resolution)) to both sides "
                + "(the middle one of \(LabText.count(comparisons.count, "comparison"))): what is smaller than that "
                + "mostly cannot be seen here. All verdicts go by ROUGE-L, are paired tests on the same examples, and "
                + "are corrected for the number of tests (Holm).")
    }
}
