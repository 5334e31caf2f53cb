/// A range of values with round numbers to mark it.
public struct ChartScale: Sendable, Equatable {
    /// The lowest value that is drawn.
    public let lower: Double
    /// The highest value that is drawn.
    public let upper: Double
    /// The marked values, from low to high.
    public let ticks: [Double]
    /// How many decimals the marks need.
    public let decimals: Int

    /// A scale that covers values, from mark to mark.
    ///
    /// - Parameters:
    ///   - values: what must be inside; values that are not finite do not count.
    ///   - includesZero: whether it must begin or end at 0, which bars need.
    ///   - count: about how many marks there are.
    public init(covering values: [Double], includesZero: Bool = false, count: Int = 5) {
        let finite = values.filter { $0.isFinite && abs($0) < 1e12 } + (includesZero ? [0] : [])
        var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        if high - low < 1e-9 * max(1, abs(high)) {
            let half = max(abs(high) / 10, 1e-3)
            (low, high) = (includesZero && low == 0 ? 0 : low - half, high + half)
        }
        let (step, decimals) = ChartScale.roundStep((high - low) / Double(max(count - 1, 1)))
        let (first, last) = ((low / step + 1e-9).rounded(.down), (high / step - 1e-9).rounded(.up))
        self.decimals = decimals
        ticks = stride(from: first, through: last, by: 1).map { $0 * step }
        (lower, upper) = (first * step, last * step)
    }

    /// The next larger of 1, 2 and 5 times a power of ten, and how many decimals its multiples have.
    private static func roundStep(_ wanted: Double) -> (step: Double, decimals: Int) {
        var (unit, decimals) = (1.0, 0)
        while unit > wanted, decimals < 12 {
            unit /= 10
            decimals += 1
        }
        while unit * 10 <= wanted { unit *= 10 }
        for factor in [1.0, 2, 5] where factor * unit >= wanted * (1 - 1e-9) { return (factor * unit, decimals) }
        return (10 * unit, max(0, decimals - 1))
    }

    /// Where a value lies between two places; what is outside the range lies at its end.
    public func place(_ value: Double, from start: Double, to end: Double) -> Double {
        let share = (value - lower) / (upper - lower)
        return start + (share.isFinite ? min(1, max(0, share)) : 0) * (end - start)
    }

    /// A mark's text.
    public func label(_ tick: Double) -> String { Numerals.fixed(tick, decimals) }
}
