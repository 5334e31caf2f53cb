#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Adds up the log-probabilities that a model gives texts, and makes perplexity and bits per byte of them.
public struct PerplexityTally: Sendable {
    private var table = StatisticTable(denseWidth: 4)
    private var hasBytes = false
    private var hasWords = false

    /// Creates an empty tally.
    public init() {}

    /// Adds a text, or a piece of one; intervals come from the spread among pieces.
    ///
    /// - Parameters:
    ///   - logProbability: the sum of the natural logarithms of the scored tokens' probabilities.
    ///   - tokens: how many tokens were scored.
    ///   - bytes: how many bytes of UTF-8 they stand for; 0 if that is not known.
    ///   - words: how many words they stand for; 0 if that is not known.
    /// - Throws: an ``EvaluationError`` if the sum is not a number or no token was scored.
    public mutating func add(
        logProbability: Double, tokens: Int, bytes: Int = 0, words: Int = 0
    ) throws(EvaluationError) {
        guard logProbability.isFinite else {
            throw .badOption(
                name: "log-probability", problem: "the sum is \(logProbability)",
                remedy: "Look for overflow in the model, or compute in float32.")
        }
        guard tokens > 0, bytes >= 0, words >= 0 else {
            throw .badOption(
                name: "tokens", problem: "there are \(tokens) tokens, \(bytes) bytes and \(words) words",
                remedy: "Leave pieces without scored tokens out.")
        }
        hasBytes = hasBytes || bytes > 0
        hasWords = hasWords || words > 0
        table.append([logProbability, Double(tokens), Double(bytes), Double(words)])
    }

    /// Perplexity, and nats and bits per unit, with intervals over the pieces.
    ///
    /// - Throws: an ``EvaluationError`` if nothing was added.
    public func report(resampling: Resampling? = Resampling()) throws(EvaluationError) -> MetricReport {
        guard table.count > 0 else { throw .noExamples }
        var layouts = [
            ScoreLayout("perplexity", at: 0, direction: .lower),
            ScoreLayout("nats_per_token", at: 1, direction: .lower),
        ]
        if hasBytes { layouts.append(ScoreLayout("bits_per_byte", at: 2, direction: .lower)) }
        if hasWords { layouts.append(ScoreLayout("word_perplexity", at: 3, direction: .lower)) }
        let scoring: Measurement.Scoring = { sums, values in
            let nats = -sums[0] / max(sums[1], 1)
            // A model that is sure of what is wrong must not give an infinite number, which JSON cannot say.
            values[0] = min(exp(nats), .greatestFiniteMagnitude)
            values[1] = nats
            values[2] = sums[2] > 0 ? -sums[0] / log(2) / sums[2] : 0
            values[3] = sums[3] > 0 ? min(exp(-sums[0] / sums[3]), .greatestFiniteMagnitude) : 0
        }
        let measurement = Measurement(
            scores: layouts, valueCount: 4, tables: [table], scoring: scoring,
            exampleScores: .init(names: ["nats_per_token"], of: table) { sums, values in
                values[0] = -sums[0] / max(sums[1], 1)
            },
            signature: "unit:token")
        return MetricReport(metric: "perplexity", measurement: measurement, resampling: resampling)
    }
}
