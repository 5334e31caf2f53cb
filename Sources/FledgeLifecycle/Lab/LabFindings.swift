/// What the judge needs to know about one model.
struct LabFindings {
    /// The model as the user named it.
    let model: String
    /// The model's settings.
    let settings: [LabReport.Setting]
    /// The setting with the best score.
    let best: LabReport.Setting
    /// The best setting against LEAD-3.
    let againstLead: LabComparison?
    /// The steps from one number of demonstrations to the next at the base parameters.
    let steps: [LabComparison]
    /// The most demonstrations against the fewest at the base parameters.
    let overall: LabComparison?
    /// The parameters against the base.
    let parameters: [LabComparison]

    init(judge: LabJudge, model: Int) {
        let base = judge.plan.options.base
        let places = judge.plan.settings.indices.filter { judge.plan.settings[$0].model == model }
        let settings = places.map { judge.settings[$0] }
        let ids = Set(settings.map(\.id))
        let baseIDs = Set(settings.filter { $0.parameters == base }.map(\.id))
        self.model = judge.plan.options.models[model]
        self.settings = settings
        // The first of equal ones: fewest demonstrations, greedy.
        var best = settings[0]
        for setting in settings where LabFindings.value(setting) > LabFindings.value(best) { best = setting }
        self.best = best
        let bestID = best.id
        let mine = judge.comparisons.filter { ids.contains($0.second) }
        againstLead = mine.first { $0.kind == .baseline && $0.second == bestID }
        steps = mine.filter { $0.kind == .shots && baseIDs.contains($0.second) }
        overall = mine.first { $0.kind == .shotsOverall && baseIDs.contains($0.second) }
        parameters = mine.filter { $0.kind == .parameter }
    }

    private static func value(_ setting: LabReport.Setting) -> Double {
        setting.score(LabAnalysis.primaryScore)?.score ?? 0
    }

    /// The score that verdicts go by.
    var name: String { LabText.scoreName(LabAnalysis.primaryScore) }

    func score(_ setting: LabReport.Setting) -> String { LabText.score(LabFindings.value(setting)) }

    func setting(_ id: String) -> LabReport.Setting? { settings.first { $0.id == id } }

    func label(_ id: String) -> String { setting(id)?.label ?? id }

    func shots(_ id: String) -> Int { setting(id)?.shots ?? 0 }

    /// The settings at the base parameters, by number of demonstrations.
    func byShots(_ base: LabParameters) -> [LabReport.Setting] { settings.filter { $0.parameters == base } }

    /// Whether anything that was changed helped beyond noise.
    var hasGain: Bool {
        (steps + parameters + [overall].compactMap { $0 }).contains { $0.outcome == .better }
    }
}
