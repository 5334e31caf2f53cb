import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `evaluate` prints, and writes as `results.json`, about a model over a data set.
struct ModelRunReport: Encodable {
    /// What computed.
    struct Machine: Encodable {
        let isa: String
        let threads: Int
    }

    struct Timings: Encodable {
        let loadSeconds: Double
        /// The model's time for all examples, in whatever process.
        let runSeconds: Double
        let evaluateSeconds: Double
        let tokensPerSecond: Double
    }

    /// Examples that have a note of a kind.
    struct Notes: Encodable {
        let kind: String
        let examples: Int
    }

    let output: String?
    let examples: Int
    /// Examples that an earlier process did.
    let resumed: Int
    let metrics: [EvaluationReport.Metric]
    let resamples: Int
    let confidence: Double?
    let seed: UInt64?
    /// What decided the predictions; the same as in `run.json`.
    let run: RunSettings
    let notes: [Notes]
    let promptTokens: Int
    let newTokens: Int
    let machine: Machine
    let date: String
    let timings: Timings
    let peakMemoryBytes: Int

    init(
        _ result: RunResult, output: String?, reports: [MetricReport], resampling: Resampling?, perExample: Bool,
        engine: Engine, loadSeconds: Double, evaluateSeconds: Double
    ) {
        self.output = output
        examples = result.records.count
        resumed = result.resumed
        metrics = reports.map { EvaluationReport.Metric($0, perExample: perExample) }
        resamples = resampling?.resamples ?? 0
        confidence = resampling?.level
        seed = resampling?.seed
        run = result.settings
        var kinds: [String: Int] = [:]
        for kind in result.records.flatMap({ Set($0.notes.map(\.kind)) }) { kinds[kind, default: 0] += 1 }
        notes = kinds.sorted { $0.key < $1.key }.map { Notes(kind: $0.key, examples: $0.value) }
        promptTokens = result.promptTokens
        newTokens = result.newTokens
        machine = Machine(isa: engine.isa, threads: engine.threads)
        date = Date().ISO8601Format()
        timings = Timings(
            loadSeconds: loadSeconds, runSeconds: result.seconds, evaluateSeconds: evaluateSeconds,
            tokensPerSecond: result.tokensPerSecond)
        peakMemoryBytes = Terminal.peakMemoryBytes
    }

    /// The line for people under the scores.
    var summary: String {
        var text = "\(examples) examples"
        if resumed > 0 { text += ", \(resumed) of them done before" }
        if newTokens > 0 { text += ", \(newTokens) tokens" }
        text += ", \(Terminal.fixed(timings.runSeconds, 1)) s"
        if newTokens > 0 { text += ", \(Terminal.fixed(timings.tokensPerSecond, 0)) tokens/s" }
        if let output { text += "; \(output)" }
        return text + "\n"
    }

    /// Says on standard error what was left out of prompts.
    func warn() {
        for note in notes {
            let words = note.kind.replacing("_", with: " ")
            Terminal.error("note: \(note.examples) of \(examples) examples: \(words)\n")
        }
    }
}
