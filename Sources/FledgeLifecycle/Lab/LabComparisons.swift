import FledgeEvaluation

/// Which settings of a plan are compared, and the tests.
struct LabComparisons {
    let plan: LabPlan
    let resampling: Resampling

    /// What is compared with what; nil stands for the baseline.
    struct Pair: Equatable {
        let kind: LabComparison.Kind
        let first: Int?
        let second: Int
    }

    /// All comparisons of the plan, each of which changes one thing.
    var pairs: [Pair] {
        let settings = plan.settings
        let base = plan.options.base
        func index(_ model: Int, _ shots: Int, _ parameters: LabParameters) -> Int? {
            settings.firstIndex { $0.model == model && $0.shots == shots && $0.parameters == parameters }
        }
        var pairs: [Pair] = []
        for (second, setting) in settings.enumerated() {
            let place = plan.options.shots.firstIndex(of: setting.shots) ?? 0
            if place > 0, let first = index(setting.model, plan.options.shots[place - 1], setting.parameters) {
                pairs.append(Pair(kind: .shots, first: first, second: second))
            }
            if place > 1, place == plan.options.shots.count - 1,
                let first = index(setting.model, plan.options.shots[0], setting.parameters)
            {
                pairs.append(Pair(kind: .shotsOverall, first: first, second: second))
            }
            if setting.parameters != base, let first = index(setting.model, setting.shots, base) {
                pairs.append(Pair(kind: .parameter, first: first, second: second))
            }
            if setting.model > 0, let first = index(0, setting.shots, setting.parameters) {
                pairs.append(Pair(kind: .model, first: first, second: second))
            }
            pairs.append(Pair(kind: .baseline, first: nil, second: second))
        }
        return pairs
    }

    /// Tests all pairs and corrects for their number.
    ///
    /// - Parameters:
    ///   - systems: what each setting wrote, in the plan's order.
    ///   - lead: the baseline's texts.
    /// - Returns: a comparison for each pair.
    /// - Throws: an `EvaluationError`.
    func tested(
        _ systems: [[EvaluationExample]], lead: [EvaluationExample]
    ) throws(EvaluationError) -> [LabComparison] {
        let pairs = self.pairs
        var tests: [MetricComparison] = []
        for pair in pairs {
            tests.append(
                try Rouge().compare(
                    pair.first.map { systems[$0] } ?? lead, systems[pair.second], resampling: resampling))
        }
        let primary = tests.map { test in test.scores.first { $0.name == LabAnalysis.primaryScore } }
        let adjusted = HolmCorrection.adjusted(primary.map { $0?.permutationPValue ?? 1 })
        return pairs.indices.map { index in
            let outcome: LabComparison.Outcome =
                adjusted[index] >= 1 - resampling.level
                ? .noise : (primary[index]?.difference.value ?? 0) > 0 ? .better : .worse
            return LabComparison(
                kind: pairs[index].kind, first: pairs[index].first.map { plan.settings[$0].id } ?? "lead_3",
                second: plan.settings[pairs[index].second].id,
                differences: tests[index].scores.map { score in
                    let value = score.difference.value
                    return LabComparison.Difference(
                        name: score.name, difference: value, lower: score.difference.interval?.lower ?? value,
                        upper: score.difference.interval?.upper ?? value, pValue: score.permutationPValue)
                },
                adjustedPValue: adjusted[index], outcome: outcome)
        }
    }
}
