import ArgumentParser
import Fledge

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judge predictions or a model over a data set, or find out which of two systems is better.",
        discussion: """
              fledge evaluate --metric rouge --predictions summaries.jsonl
              fledge evaluate --metric bleu --metric chrf --predictions de-en.jsonl --json
              fledge evaluate --metric squad --compare before.jsonl after.jsonl
              fledge evaluate --model ./my-model --data dev.jsonl --template summarize \\
                --shots 1 --metric rouge --output one-shot
              fledge evaluate --task perplexity --model ./my-model --data book.txt

            A line of a file is a JSON object with “prediction” and “reference”, or a list \
            “references” where several are right. For seqeval both are lists of tags. \
            The metrics are \(StandardMetric.allCases.map(\.rawValue).joined(separator: ", ")).

            Every score has an interval that would hold it for other examples of the same \
            kind. A comparison says of each score which system is better, or that the \
            difference may be chance.

            With --model a model answers the examples of --data first. --output keeps what it \
            wrote, and results.json with everything needed to repeat it; a run that was stopped \
            goes on with the same command. --seed is the seed of sampling, of demonstrations and \
            of resamples.
            """)

    @OptionGroup var files: EvaluationFiles
    @OptionGroup(title: "Model") var model: ModelRunOptions
    @OptionGroup(title: "Generation") var generation: GenerationOptions
    @OptionGroup(title: "Metrics") var metrics: MetricFlags
    @OptionGroup(title: "Intervals and comparisons") var resampling: ResamplingFlags

    @Flag(help: "With --json: the scores of every example, too.")
    var perExample = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try validateSource()
        if perExample && !json { throw ValidationError("--per-example goes with --json; add it") }
        if perExample && !files.compare.isEmpty {
            throw ValidationError("--per-example is for one file; leave it or --compare out")
        }
        if resampling.permutations != nil && files.compare.isEmpty {
            throw ValidationError("--permutations is for comparisons; leave it out or give --compare")
        }
        if resampling.resamples == 0 && !files.compare.isEmpty {
            throw ValidationError("--compare needs resamples; give --resamples another number than 0")
        }
    }

    private func validateSource() throws {
        let hasFiles = files.predictions != nil || !files.compare.isEmpty
        if model.model == nil {
            if !hasFiles {
                throw ValidationError(
                    "there is nothing to judge; give --predictions, --compare and two files, or --model and --data")
            }
            // The seed is that of resamples too.
            if let flag = generation.firstGivenBesideSeed {
                throw ValidationError("\(flag) goes with --model; add it, or leave \(flag) out")
            }
            return try metrics.check(usual: [])
        }
        if hasFiles { throw ValidationError("give --model, or files that are to be judged, not both") }
        if model.chosenTask != .generation, let flag = generation.firstGivenBesideSeed {
            throw ValidationError("\(flag) is for generation; leave it out, or give another --task")
        }
        guard model.chosenTask != .perplexity else {
            guard let flag = metrics.firstGiven else { return }
            throw ValidationError("perplexity is the metric of this task; leave \(flag) out")
        }
        try metrics.check(usual: model.usualMetrics)
        let tags = try metrics.filled(with: model.usualMetrics).choices().filter(\.comparesTags)
        if let metric = tags.first, model.chosenTask != .ner {
            throw ValidationError("\(metric.rawValue) compares tags; give --task ner, or another --metric")
        }
        if model.chosenTask == .ner, try metrics.filled(with: model.usualMetrics).choices().count != tags.count {
            throw ValidationError("ner compares tags; give --metric seqeval, or no --metric")
        }
    }

    func run() async throws {
        let resampling = try resampling.resampling(seed: generation.seed)
        if model.model != nil { return try await runModel(resampling) }
        let choices = try metrics.choices()
        let chosen = try metrics.metrics()
        let clock = ContinuousClock()
        let start = clock.now
        let systems = try files.read(for: choices)
        let readSeconds = (clock.now - start).seconds
        if systems.count == 2, let resampling {
            let comparisons = try chosen.map { try Self.comparison(of: systems, by: $0, resampling: resampling) }
            let report = ComparisonReport(
                first: systems[0].file, second: systems[1].file, comparisons: comparisons, resampling: resampling,
                timings: .init(readSeconds: readSeconds, evaluateSeconds: (clock.now - start).seconds - readSeconds))
            return json ? try Terminal.json(report) : Terminal.output(report.text(comparisons))
        }
        let reports = try chosen.map { metric in
            try systems[0].locatingErrors { examples throws(EvaluationError) in
                try metric.report(on: examples, resampling: resampling)
            }
        }
        let report = EvaluationReport(
            file: systems[0].file, reports: reports, resampling: resampling, perExample: perExample,
            timings: .init(readSeconds: readSeconds, evaluateSeconds: (clock.now - start).seconds - readSeconds))
        return json ? try Terminal.json(report) : Terminal.output(EvaluationReport.text(reports))
    }

    /// Lets a model answer the examples, and judges what it wrote.
    private func runModel(_ resampling: Resampling?) async throws {
        let run = try ModelRun(model, generation)
        let result: RunResult
        let loadSeconds: Double
        do {
            (result, loadSeconds) = try await run.run()
        } catch is CancellationError {
            let words = model.output.map { "; the same command goes on from \($0)" } ?? ""
            Terminal.error("stopped\(words)\n")
            Terminal.exit(130)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let reports =
            model.chosenTask == .perplexity
            ? [try result.perplexity(resampling: resampling)]
            : try metrics.filled(with: model.usualMetrics).metrics().map { metric in
                try metric.report(on: result.examples, resampling: resampling)
            }
        let report = ModelRunReport(
            result, output: model.output, reports: reports, resampling: resampling, perExample: perExample,
            engine: run.engine, loadSeconds: loadSeconds, evaluateSeconds: (clock.now - start).seconds)
        if let output = model.output { try RunDirectory.write(report, to: "results.json", in: output) }
        if json { return try Terminal.json(report) }
        report.warn()
        Terminal.output(EvaluationReport.text(reports) + report.summary)
    }

    /// Compares two files; an example that is wrong is named with the file that it is in.
    private static func comparison(
        of systems: [EvaluationFile], by metric: any Metric, resampling: Resampling
    ) throws -> MetricComparison {
        do {
            return try metric.compare(systems[0].examples, systems[1].examples, resampling: resampling)
        } catch {
            if case .systemsDiffer = error { throw systems[1].located(error) }
            for system in systems {
                _ = try system.locatingErrors { examples throws(EvaluationError) in
                    try metric.report(on: examples, resampling: nil)
                }
            }
            throw error
        }
    }
}
