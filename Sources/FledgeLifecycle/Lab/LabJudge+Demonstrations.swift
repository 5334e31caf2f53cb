import FledgeReports

/// What demonstrations did, whether they fit, and what comes next.
extension LabJudge {
    func demonstrations(_ findings: LabFindings) -> LabVerdict {
        guard !findings.steps.isEmpty else {
            return LabVerdict(
                .demonstrations, model: findings.model,
                "Only prompts with \(LabText.count(plan.options.shots[0], "demonstration")) were tried: whether "
                    + "demonstrations help is not known.")
        }
        var sentences: [String] = []
        for (outcome, verb) in [(LabComparison.Outcome.better, "helped"), (.worse, "hurt")] {
            for step in findings.steps where step.outcome == outcome {
                sentences.append("\(change(step, findings)) \(verb) \(short(step)).")
            }
        }
        let noise = findings.steps.filter { $0.outcome == .noise }
        if !noise.isEmpty {
            let names = noise.map { "\(change($0, findings)) \(short($0))" }
            sentences.append("No difference beyond noise: \(names.joined(separator: ", ")).")
        }
        sentences.append(conclusion(findings))
        return LabVerdict(.demonstrations, model: findings.model, sentences.joined(separator: " "))
    }

    /// `2 demonstrations instead of 1`, and where most prompts did not hold them, that.
    private func change(_ step: LabComparison, _ findings: LabFindings) -> String {
        let (from, to) = (findings.shots(step.first), findings.shots(step.second))
        let dropped = findings.setting(step.second)?.shareWithDroppedDemonstrations ?? 0
        return "\(LabText.count(to, "demonstration")) instead of \(from)"
            + (dropped >= 0.5 ? ", which most prompts could not hold," : "")
    }

    private func conclusion(_ findings: LabFindings) -> String {
        if let last = findings.steps.lastIndex(where: { $0.outcome == .better }) {
            let number = findings.shots(findings.steps[last].second)
            return last == findings.steps.count - 1
                ? "The last step still helped." : "More than \(LabText.count(number, "demonstration")) did not pay."
        }
        guard let overall = findings.overall else {
            return findings.steps.contains { $0.outcome == .worse } ? "No step helped." : "Demonstrations did not pay."
        }
        let numbers = "\(findings.shots(overall.second)) against \(findings.shots(overall.first))"
        switch overall.outcome {
        case .better: return "Yet all together they helped, \(numbers) \(short(overall))."
        case .worse: return "All together they hurt, \(numbers) \(short(overall))."
        case .noise: return "All together they made no difference beyond noise, \(numbers) \(short(overall))."
        }
    }

    func context(_ findings: LabFindings) -> LabVerdict? {
        let settings = findings.byShots(plan.options.base)
        var sentences: [String] = []
        if let first = settings.first(where: { $0.shareWithDroppedDemonstrations > 0 }) {
            sentences.append(
                "From \(LabText.count(first.shots, "demonstration")) on they do not all fit in the context:")
            let parts = settings.filter { $0.shots >= first.shots }.map { setting in
                "with \(setting.shots), \(Numerals.percent(setting.shareWithDroppedDemonstrations)) of the prompts hold "
                    + "fewer, \(Numerals.fixed(setting.meanDemonstrations, 1)) on average"
            }
            sentences.append(parts.joined(separator: "; ") + ".")
        } else if settings.contains(where: { $0.shots > 0 }) {
            sentences.append("All demonstrations fit in the context.")
        }
        if let short = settings.first(where: { setting in
            setting.shareWithDroppedDemonstrations == 0 && setting.meanDemonstrations < Double(setting.shots)
        }) {
            sentences.append("There are not enough records for \(short.shots) demonstrations in every prompt.")
        }
        if let cut = settings.first, cut.shareTruncated > 0 {
            sentences.append(
                "With \(LabText.count(cut.shots, "demonstration")) \(Numerals.percent(cut.shareTruncated)) of the inputs "
                    + "were too long and were cut.")
        }
        return sentences.isEmpty ? nil : LabVerdict(.context, model: findings.model, sentences.joined(separator: " "))
    }

    func nextStep(_ findings: LabFindings) -> LabVerdict {
        let (best, outcome) = (findings.best, findings.againstLead?.outcome ?? .noise)
        func verdict(_ step: LabVerdict.Step, _ text: String) -> LabVerdict {
            LabVerdict(.nextStep, model: findings.model, text, step: step)
        }
        if examples < LabJudge.fewExamples {
            return verdict(
                .measureMore,
                "Measure more first: \(examples) examples decide little. Take \(LabJudge.fewExamples) or more.")
        }
        if findings.steps.last?.outcome == .better, dropsLittle(findings) {
            return verdict(
                .promptMore,
                "Prompt more before fine-tuning: the last step, to "
                    + "\(LabText.count(plan.options.shots.last ?? 0, "demonstration")), still helped. Try more of them."
            )
        }
        if findings.steps.isEmpty {
            return verdict(
                .promptMore, "Try demonstrations before fine-tuning: only one number of them was asked for.")
        }
        let prompting =
            findings.hasGain
            ? "something that was changed helped, but"
            : "nothing that was changed in the prompt or the parameters helped "
                + "beyond noise, and"
        if outcome != .better {
            let than = outcome == .worse ? "is worse than" : "cannot be told from"
            return verdict(
                .fineTune,
                "Fine-tune next: \(prompting) the best setting (\(best.label)) \(than) copying \(copied).")
        }
        if let human = baselines.first(where: { $0.name == "human" })?.score(LabAnalysis.primaryScore),
            let score = best.score(LabAnalysis.primaryScore), score.upper < human.lower
        {
            return verdict(
                .fineTune,
                "Fine-tune next: \(prompting) the best setting (\(best.label)) stays below what humans score against "
                    + "one another (\(LabText.score(score.score)) and \(LabText.score(human.score))).")
        }
        return verdict(
            .use,
            "Use \(best.label) if its texts are good enough; read some below. If they are not, fine-tuning is the next "
                + "step: "
                + (findings.hasGain
                    ? "more demonstrations or other parameters stopped helping."
                    : "nothing that was changed in the prompt or the parameters helped beyond noise."))
    }

    /// Whether most prompts hold all that was asked for, so that more could be tried.
    private func dropsLittle(_ findings: LabFindings) -> Bool {
        (findings.byShots(plan.options.base).last?.shareWithDroppedDemonstrations ?? 0) < 0.5
    }
}
