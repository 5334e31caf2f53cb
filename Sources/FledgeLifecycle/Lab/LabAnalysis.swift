import FledgeData
public import FledgeEvaluation

/// Judges the runs of a lab.
///
/// Every verdict goes by one score, ROUGE-L, chosen before anything is measured. Each comparison is the paired
/// permutation test of two settings on the same examples, and all of a lab's p-values are corrected together (Holm 1979):
/// the chance that any difference is called real although none is stays below 1 − confidence.
public struct LabAnalysis: Sendable {
    /// The score that verdicts go by.
    public static let primaryScore = "rougeL"

    /// The plan.
    public var plan: LabPlan
    /// What models were asked about.
    public var examples: [LabExample]
    /// How intervals and p-values are found.
    public var resampling = Resampling()
    /// The examples to show; nil for ``shownCount`` ones by the plan's seed.
    public var shownIndices: [Int]?
    /// How many examples are shown unless they are named.
    public var shownCount = 3
    /// What the lab was made of.
    public var sources = LabReport.Sources()
    /// The mean tokens of the first references by each model's tokenizer.
    public var referenceTokens: [Double] = []

    /// - Parameters:
    ///   - plan: the plan.
    ///   - examples: what models were asked about.
    public init(plan: LabPlan, examples: [LabExample]) {
        self.plan = plan
        self.examples = examples
    }

    /// Judges what the settings wrote.
    ///
    /// - Parameter runs: a run for each setting of the plan, in any order.
    /// - Returns: the report.
    /// - Throws: ``LabError``, `EvaluationError`.
    public func report(on runs: [LabRun]) throws -> LabReport {
        guard examples.count >= 2 else { throw LabError.tooFewExamples(count: examples.count) }
        let byID = Dictionary(runs.map { ($0.setting, $0) }) { $1 }
        let ordered = try plan.settings.map { setting in
            guard let run = byID[setting.id], run.outputs.count == examples.count else {
                throw LabError.missingRun(setting: setting.id)
            }
            return run
        }
        let unit = LeadBaseline.unit(of: examples.map(\.input))
        let lead = examples.map { LeadBaseline.summary(of: $0.input, unit: unit) }
        let systems = ordered.map { pairs($0.outputs.map(\.text)) }
        let leadSystem = pairs(lead)
        let settings = try zip(plan.settings, zip(ordered, systems)).map { try judged($0, $1.0, $1.1) }
        let comparisons = try LabComparisons(plan: plan, resampling: resampling).tested(systems, lead: leadSystem)
        let widths = comparisons.compactMap { $0.primary.map { ($0.upper - $0.lower) / 2 } }.sorted()
        var baselines = [
            LabReport.Baseline(
                name: "lead_3", label: "LEAD-3 (the first three \(unit.rawValue))", scores: try scores(leadSystem),
                meanWords: try words(leadSystem))
        ]
        if let human = try humanBaseline() { baselines.append(human) }
        let first = examples.map { EvaluationExample(prediction: $0.references.first ?? "", references: [""]) }
        let references = LabReport.References(
            perExample: examples.map(\.references.count).min() ?? 0, meanWords: try words(first),
            meanTokens: referenceTokens, repetition: try repetition(first))
        let verdicts = LabJudge(
            plan: plan, settings: settings, baselines: baselines, references: references, comparisons: comparisons,
            examples: examples.count, resolution: widths.isEmpty ? 0 : widths[widths.count / 2],
            confidence: resampling.level)
        return LabReport(
            plan: plan, sources: sources, examples: examples.count, settings: settings, baselines: baselines,
            references: references, comparisons: comparisons, resolution: verdicts.resolution,
            confidence: resampling.level,
            verdicts: verdicts.verdicts, shown: try shown(ordered, lead: lead))
    }

    private func pairs(_ texts: [String]) -> [EvaluationExample] {
        zip(texts, examples).map { EvaluationExample(prediction: $0, references: $1.references) }
    }

    private func judged(
        _ setting: LabSetting, _ run: LabRun, _ system: [EvaluationExample]
    ) throws -> LabReport.Setting {
        let outputs = run.outputs
        func mean(_ value: (LabOutput) -> Double) -> Double {
            outputs.reduce(0) { $0 + value($1) } / Double(outputs.count)
        }
        return LabReport.Setting(
            id: setting.id, label: setting.label(base: plan.options.base), model: plan.options.models[setting.model],
            shots: setting.shots, parameters: setting.parameters, scores: try scores(system),
            meanWords: try words(system), meanTokens: mean { Double($0.newTokens) }, repetition: try repetition(system),
            meanPromptTokens: mean { Double($0.promptTokens) }, meanDemonstrations: mean { Double($0.demonstrations) },
            shareWithDroppedDemonstrations: mean { $0.droppedDemonstrations > 0 ? 1 : 0 },
            shareTruncated: mean { $0.isTruncated ? 1 : 0 }, shareCut: mean { $0.isCut ? 1 : 0 },
            seconds: run.seconds, tokensPerSecond: run.tokensPerSecond)
    }

    private func scores(_ system: [EvaluationExample]) throws(EvaluationError) -> [LabReport.Score] {
        try Rouge().report(on: system, resampling: resampling).scores.map { score in
            LabReport.Score(
                name: score.name, score: score.score.value, lower: score.score.interval?.lower ?? score.score.value,
                upper: score.score.interval?.upper ?? score.score.value)
        }
    }

    private func words(_ system: [EvaluationExample]) throws(EvaluationError) -> Double {
        try Lengths().report(on: system, resampling: nil).scores.first { $0.name == "words_mean" }?.score.value ?? 0
    }

    private func repetition(_ system: [EvaluationExample]) throws(EvaluationError) -> Double {
        try Repetition().report(on: system, resampling: nil).scores.last?.score.value ?? 0
    }

    /// How well a human's summary fits the others' of the same text, where each example has several.
    private func humanBaseline() throws -> LabReport.Baseline? {
        guard examples.allSatisfy({ $0.references.count > 1 }) else { return nil }
        let system = examples.map {
            EvaluationExample(prediction: $0.references[0], references: Array($0.references.dropFirst()))
        }
        return LabReport.Baseline(
            name: "human", label: "A human (the first reference against the others)", scores: try scores(system),
            meanWords: try words(system))
    }

    private func shown(_ runs: [LabRun], lead: [String]) throws(LabError) -> [LabReport.Shown] {
        var indices = Array(examples.indices)
        if let shownIndices {
            indices = shownIndices
            if let wrong = indices.first(where: { !examples.indices.contains($0) }) {
                throw .badOption(
                    name: "examples", problem: "there is no example \(wrong) of \(examples.count)",
                    remedy: "They are numbered from 0.")
            }
        } else {
            var generator = SplitMix64(seed: plan.options.seed)
            generator.shuffle(&indices)
            indices = indices.prefix(max(0, shownCount)).sorted()
        }
        return indices.map { index in
            LabReport.Shown(
                index: index, input: examples[index].input, references: examples[index].references, lead: lead[index],
                outputs: runs.map { $0.outputs[index].text })
        }
    }
}
