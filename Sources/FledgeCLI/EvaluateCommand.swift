import ArgumentParser
import Fledge

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judge predictions, or find out which of two systems is better.",
        discussion: """
              fledge evaluate --metric rouge --predictions summaries.jsonl
              fledge evaluate --metric bleu --metric chrf --predictions de-en.jsonl --json
              fledge evaluate --metric squad --compare before.jsonl after.jsonl

            A line of a file is a JSON object with “prediction” and “reference”, or a list \
            “references” where several are right. For seqeval both are lists of tags. \
            The metrics are \(StandardMetric.allCases.map(\.rawValue).joined(separator: ", ")).

            Every score has an interval that would hold it for other examples of the same \
            kind. A comparison says of each score which system is better, or that the \
            difference may be chance.
            """)

    @OptionGroup var files: EvaluationFiles
    @OptionGroup(title: "Metrics") var metrics: MetricFlags
    @OptionGroup(title: "Intervals and comparisons") var resampling: ResamplingFlags

    @Flag(help: "With --json: the scores of every example, too.")
    var perExample = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
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

    func run() async throws {
        let choices = try metrics.choices()
        let chosen = try metrics.metrics()
        let resampling = try resampling.resampling()
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
