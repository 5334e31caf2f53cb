public import FledgeEvaluation
public import FledgeGeneration
import FledgeTensor

/// Runs the settings of a plan one after the other and keeps them in a folder:
///
/// ```
/// plan.json           what is tried
/// runs/ID/run.json    what a run was made with, ID is the setting's
/// runs/ID/examples.jsonl
/// lab.json            the report
/// report.html
/// ```
///
/// A lab that was stopped at any moment goes on where it was when it is run again with the same plan.
public struct LabRunner: Sendable {
    /// What loads a model by the user's name for it.
    public typealias Loader = (String) async throws -> LabModel

    /// The plan.
    public let plan: LabPlan
    /// The prompt template.
    public let template: PromptTemplate
    /// The records.
    public let data: LabData
    /// The folder.
    public let folder: String
    /// Which prompts go through a model together.
    public var batching = RunBatching()
    /// How intervals and p-values are found.
    public var resampling = Resampling()
    /// The examples to show; nil for some by the plan's seed.
    public var shownIndices: [Int]?

    /// - Parameters:
    ///   - plan: the plan.
    ///   - template: the prompt template.
    ///   - data: the records.
    ///   - folder: where the lab is kept.
    /// - Throws: ``LabError`` if the folder holds something else.
    public init(plan: LabPlan, template: PromptTemplate, data: LabData, folder: String) throws {
        self.plan = plan
        self.template = template
        self.data = data
        self.folder = folder
        try LabFolder(folder).begin(plan)
    }

    /// Runs what is missing, judges everything, and writes `lab.json` and `report.html`.
    ///
    /// - Parameters:
    ///   - load: loads a model.
    ///   - progress: called as texts are done.
    ///   - isCancelled: asked again and again.
    /// - Returns: the report.
    /// - Throws: what loading throws; ``LabError``, ``RunError``, `DataError`, `PromptError`, `GenerationError`;
    ///   `CancellationError` if it is cancelled, after which the folder holds what was done.
    public func run(
        load: Loader, progress: @escaping (LabProgress) -> Void = { _ in },
        isCancelled: () -> Bool = { Task.isCancelled }
    ) async throws -> LabReport {
        let examples = try data.texts()
        if let wrong = shownIndices?.first(where: { !examples.indices.contains($0) }) {
            throw LabError.badOption(
                name: "examples", problem: "there is no example \(wrong) of \(examples.count)",
                remedy: "They are numbered from 0.")
        }
        var analysis = LabAnalysis(plan: plan, examples: examples)
        analysis.resampling = resampling
        analysis.shownIndices = shownIndices
        analysis.sources.data = data.source
        analysis.sources.shotData = data.shotSource
        analysis.sources.templateHash = ContentDigest.of(text: template.source)
        let clock = ContinuousClock()
        let start = clock.now
        var state = LabProgress(
            setting: 0, settings: plan.settings.count, done: 0, total: plan.settings.count * examples.count, made: 0,
            seconds: 0)
        var runs: [LabRun] = []
        for (number, name) in plan.options.models.enumerated() {
            let model = try await load(name)
            analysis.sources.models.append(model.report)
            analysis.referenceTokens.append(try model.meanTokens(of: examples.map { $0.references.first ?? "" }))
            for setting in plan.settings where setting.model == number {
                state.setting += 1
                let before = state
                let result = try prompted(setting, model).run(
                    data.examples, in: LabFolder(folder).run(setting.id),
                    progress: { run in
                        state.done = before.done + run.done
                        state.made = before.made + run.done - run.resumed
                        state.seconds = (clock.now - start).seconds
                        progress(state)
                    }, isCancelled: isCancelled)
                state.done = before.done + examples.count
                progress(state)
                runs.append(LabRun(setting, result))
            }
        }
        let report = try analysis.report(on: runs)
        try LabFolder(folder).finish(report)
        return report
    }

    private func prompted(_ setting: LabSetting, _ model: LabModel) throws -> PromptedRun {
        var config = model.generator.config
        config.maxNewTokens = setting.parameters.maxNewTokens
        config.minNewTokens = min(config.minNewTokens, config.maxNewTokens)
        config.doSample = setting.parameters.doSample
        config.temperature = setting.parameters.temperature
        config.topK = setting.parameters.topK
        config.topP = setting.parameters.topP
        config.numReturnSequences = 1
        config.seed = plan.options.seed
        var builder = PromptBuilder(template)
        if setting.shots > 0 {
            builder.demonstrations = Demonstrations(
                data.pool, selection: RandomRecords(seed: plan.options.seed), count: setting.shots)
        }
        var run = try PromptedRun(
            model.generator, builder: builder, config: config, model: model.model, data: data.source)
        run.selection = "random, seed \(plan.options.seed)"
        run.shotData = data.shotSource
        run.batching = batching
        return run
    }
}

extension LabRun {
    /// What a run wrote, as the analysis needs it.
    init(_ setting: LabSetting, _ result: RunResult) {
        let outputs = result.records.map { record in
            let dropped = record.notes.contains { $0.kind == "dropped_demonstrations" }
            return LabOutput(
                text: record.prediction, newTokens: record.newTokens, promptTokens: record.promptTokens,
                demonstrations: record.shots, droppedDemonstrations: dropped ? setting.shots - record.shots : 0,
                isTruncated: record.notes.contains { $0.kind == "truncated_field" },
                isCut: record.finishReason == .length)
        }
        self.init(
            setting: setting.id, outputs: outputs, seconds: result.seconds, tokensPerSecond: result.tokensPerSecond)
    }
}
