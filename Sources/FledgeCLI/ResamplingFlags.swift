import ArgumentParser
import Fledge

/// How intervals and p-values are found.
struct ResamplingFlags: ParsableArguments {
    @Option(help: ArgumentHelp("How many resamples make an interval; 0 for no intervals.", valueName: "count"))
    var resamples = 1000

    @Option(
        help: ArgumentHelp("How many exchanges between systems make a p-value (default: 10000).", valueName: "count"))
    var permutations: Int?

    @Option(help: ArgumentHelp("How much an interval covers, and how sure a verdict is.", valueName: "share"))
    var confidence = 0.95

    /// How intervals are found, nil for no intervals; `seed` is that of the resamples, nil for the usual one.
    func resampling(seed: UInt64?) throws(EvaluationError) -> Resampling? {
        guard resamples != 0 else { return nil }
        return try Resampling(
            resamples: resamples, permutations: permutations ?? 10_000, seed: seed ?? 12345, level: confidence)
    }
}
