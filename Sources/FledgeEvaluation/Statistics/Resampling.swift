#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How intervals and p-values are found: by judging corpora that are made of the examples at random.
///
/// The same seed gives the same corpora, on every machine and whatever the metric is.
public struct Resampling: Sendable, Equatable {
    /// How many corpora are drawn with replacement for an interval.
    public let resamples: Int
    /// How many exchanges between two systems are tried for a p-value.
    public let permutations: Int
    /// The seed of the random numbers.
    public let seed: UInt64
    /// How much an interval covers.
    public let level: Double

    /// A thousand resamples, ten thousand permutations, intervals of 95 %.
    public init() {
        resamples = 1000
        permutations = 10_000
        seed = 12345
        level = 0.95
    }

    /// - Throws: an ``EvaluationError`` for numbers that make no sense.
    public init(
        resamples: Int = 1000, permutations: Int = 10_000, seed: UInt64 = 12345, level: Double = 0.95
    ) throws(EvaluationError) {
        guard 10...100_000 ~= resamples else {
            throw .badOption(name: "resamples", problem: "\(resamples) is not in 10…100000", remedy: "Use 1000.")
        }
        guard 10...1_000_000 ~= permutations else {
            throw .badOption(
                name: "permutations", problem: "\(permutations) is not in 10…1000000", remedy: "Use 10000.")
        }
        guard level > 0, level < 1 else {
            throw .badOption(name: "confidence", problem: "\(level) is not between 0 and 1", remedy: "Use 0.95.")
        }
        self.resamples = resamples
        self.permutations = permutations
        self.seed = seed
        self.level = level
    }

    /// The values of resampled corpora, a list for each value; `nil` stands for a value that is not wanted.
    ///
    /// - Complexity: O(resamples × entries of the table).
    func bootstrap(_ measurement: Measurement, systems: [Int], wanted: [Bool]) -> [[[Double]]] {
        let empty = wanted.map { _ in [Double]() }
        var lists = [[[Double]]](repeating: empty, count: systems.count)
        var values = [Double](repeating: 0, count: measurement.valueCount)
        var sums = [Double](repeating: 0, count: measurement.tables.map(\.width).max() ?? 0)
        for resample in 0..<resamples {
            let generator = CounterGenerator(seed: seed, stream: UInt64(resample))
            for (position, system) in systems.enumerated() {
                let table = measurement.tables[system]
                for index in sums.indices { sums[index] = 0 }
                for draw in 0..<table.count {
                    table.add(row: generator.number(below: table.count, at: draw), times: 1, to: &sums)
                }
                measurement.scoring(sums, &values)
                for index in values.indices where wanted[index] { lists[position][index].append(values[index]) }
            }
        }
        return lists
    }

    /// The values of the corpora without each of up to fifty groups of examples, a list for each value.
    func withoutGroups(_ measurement: Measurement, systems: [Int]) -> [[[Double]]] {
        systems.map { system in
            let table = measurement.tables[system]
            let total = table.sums()
            let groups = min(50, table.count)
            var lists = [[Double]](repeating: [], count: measurement.valueCount)
            var values = [Double](repeating: 0, count: measurement.valueCount)
            for group in 0..<groups {
                var sums = total
                for row in stride(from: group, to: table.count, by: groups) {
                    table.add(row: row, times: -1, to: &sums)
                }
                measurement.scoring(sums, &values)
                for index in values.indices { lists[index].append(values[index]) }
            }
            return lists
        }
    }

    /// The interval of an estimate from its values without each group: the normal approximation with the jackknife's
    /// standard error (Efron and Tibshirani 1993, section 11).
    func jackknifeInterval(of estimate: Double, without values: [Double]) -> ConfidenceInterval? {
        guard values.count > 1 else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = ((count - 1) / count * spread).squareRoot()
        let width = Resampling.normalQuantile((1 + level) / 2) * error
        return ConfidenceInterval(lower: estimate - width, upper: estimate + width)
    }

    /// The inverse of the normal distribution's cumulative function, by bisection of erf.
    static func normalQuantile(_ probability: Double) -> Double {
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if 0.5 * (1 + erf(middle / 2.0.squareRoot())) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
