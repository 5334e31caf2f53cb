#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// BLEU (Papineni et al. 2002) as sacreBLEU 2.6.0 has it (Post 2018), in 0…100.
///
/// The scores of single examples use the effective order, as sacreBLEU's sentence scores do: n-grams that are longer than
/// the text do not count.
public struct BLEU: Metric {
    /// The version of sacreBLEU whose scores and signatures these are.
    static let sacreBLEUVersion = "2.6.0"

    public let name = "bleu"
    /// How texts are cut into words.
    public let tokenizer: BLEUTokenizer
    /// What counts for n-grams none of which match.
    public let smoothing: BLEUSmoothing
    /// Whether upper and lower case are the same.
    public let lowercases: Bool
    /// Whether n-grams that are longer than the text do not count, also for the corpus.
    public let usesEffectiveOrder: Bool
    /// The largest n.
    public let maxOrder: Int

    /// The settings with which BLEU is reported.
    public init() {
        tokenizer = .v13a
        smoothing = .exponential
        lowercases = false
        usesEffectiveOrder = false
        maxOrder = 4
    }

    /// - Parameters:
    ///   - tokenizer: how texts are cut into words.
    ///   - smoothing: what counts for n-grams none of which match.
    ///   - lowercases: whether upper and lower case are the same.
    ///   - usesEffectiveOrder: whether n-grams that are longer than the text do not count, also for the corpus.
    ///   - maxOrder: the largest n, up to 9.
    /// - Throws: an ``EvaluationError`` for numbers that make no sense.
    public init(
        tokenizer: BLEUTokenizer = .v13a, smoothing: BLEUSmoothing = .exponential, lowercases: Bool = false,
        usesEffectiveOrder: Bool = false, maxOrder: Int = 4
    ) throws(EvaluationError) {
        guard 1...9 ~= maxOrder else {
            throw .badOption(name: "maxOrder", problem: "\(maxOrder) is not in 1…9", remedy: "Use 4.")
        }
        switch smoothing {
        case .floor(let value), .addK(let value):
            guard value > 0, value <= 1e6 else {
                throw .badOption(
                    name: "smoothing", problem: "its value \(value) is not above 0",
                    remedy: "Use 0.1 to floor, 1 to add.")
            }
        default: break
        }
        self.tokenizer = tokenizer
        self.smoothing = smoothing
        self.lowercases = lowercases
        self.usesEffectiveOrder = usesEffectiveOrder
        self.maxOrder = maxOrder
    }

    public func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement {
        var counter = WordGramCounter(tokenizer: tokenizer, lowercases: lowercases, orders: maxOrder)
        var tables: [StatisticTable] = []
        for examples in systems {
            var table = StatisticTable(denseWidth: 2 + 2 * maxOrder)
            for (index, example) in examples.enumerated() {
                guard !example.references.isEmpty else { throw .noReference(example: index) }
                table.append(counter.statistics(of: example))
            }
            tables.append(table)
        }
        let names = ["brevity_penalty", "length_ratio"] + (1...maxOrder).map { "precision_\($0)" }
        let parts = names.enumerated().map { ScoreLayout($1, at: $0 + 1, direction: $0 < 2 ? .neither : .higher) }
        return Measurement(
            scores: [ScoreLayout("bleu", at: 0)] + parts, valueCount: 3 + maxOrder, tables: tables,
            scoring: { sums, values in score(sums, effectiveOrder: usesEffectiveOrder, into: &values) },
            exampleScores: .init(names: ["bleu"], of: tables[0]) { sums, values in
                var all = [Double](repeating: 0, count: 3 + maxOrder)
                self.score(sums, effectiveOrder: true, into: &all)
                values[0] = all[0]
            },
            signature: signature(of: systems))
    }

    /// The parameters as sacreBLEU writes them.
    private func signature(of systems: [[EvaluationExample]]) -> String {
        [
            "nrefs:\(EvaluationExample.referenceCount(of: systems))", "case:\(lowercases ? "lc" : "mixed")",
            "eff:\(usesEffectiveOrder ? "yes" : "no")", "tok:\(tokenizer.rawValue)", "smooth:\(smoothing.signature)",
            "version:\(BLEU.sacreBLEUVersion)",
        ].joined(separator: "|")
    }

    /// Makes of lengths, matches and totals the score, the brevity penalty, the ratio of lengths and the precisions.
    private func score(_ sums: [Double], effectiveOrder: Bool, into values: inout [Double]) {
        for index in values.indices { values[index] = 0 }
        let (length, referenceLength) = (sums[0], sums[1])
        var penalty = 1.0
        if length < referenceLength { penalty = length > 0 ? exp(1 - referenceLength / length) : 0 }
        values[1] = penalty
        values[2] = referenceLength > 0 ? length / referenceLength : 0
        guard (0..<maxOrder).contains(where: { sums[2 + $0] > 0 }) else { return }
        var effective = maxOrder
        var halving = 1.0
        for order in 0..<maxOrder {
            var (matches, total) = (sums[2 + order], sums[2 + maxOrder + order])
            if case .addK(let value) = smoothing, order > 0 {
                matches += value
                total += value
            }
            if total == 0 { break }
            if effectiveOrder { effective = order + 1 }
            if matches > 0 {
                values[3 + order] = 100 * matches / total
            } else if case .exponential = smoothing {
                halving *= 2
                values[3 + order] = 100 / (halving * total)
            } else if case .floor(let value) = smoothing {
                values[3 + order] = 100 * value / total
            }
        }
        let logarithms = values[3..<3 + effective].reduce(0) { $0 + ($1 == 0 ? -9_999_999_999 : log($1)) }
        values[0] = penalty * exp(logarithms / Double(effective))
    }
}

extension EvaluationExample {
    /// How many references examples have, or `var` where that differs.
    static func referenceCount(of systems: [[EvaluationExample]]) -> String {
        let counts = Set(systems.joined().map(\.references.count))
        return counts.count == 1 ? "\(counts.first ?? 0)" : "var"
    }
}
