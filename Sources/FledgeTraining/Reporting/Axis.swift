#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// From values to places along one side of a chart.
struct Axis {
    let low: Double
    let high: Double
    let start: Double
    let end: Double
    let ticks: [Double]
    private let step: Double

    /// - Parameters:
    ///   - values: What must fit; finite.
    ///   - start: The place of the lowest.
    ///   - end: The place of the highest.
    ///   - padding: What is left free at both ends, as a share of the range.
    ///   - integers: Whether ticks are whole numbers.
    init(_ values: [Double], from start: Double, to end: Double, padding: Double, integers: Bool) {
        self.start = start
        self.end = end
        // Beyond this the range is not a number; a chart of such values is a chart of their clipped ones.
        let limit = 1e300
        var low = max(-limit, min(limit, values.min() ?? 0))
        var high = max(-limit, min(limit, values.max() ?? 1))
        let range = high - low
        if range <= max(1e-290, 1e-9 * max(abs(low), abs(high))) {
            let half = max(abs(high) * 0.1, integers ? 1 : 0.5)
            (low, high) = (low - half, high + half)
        } else {
            (low, high) = (low - range * padding, high + range * padding)
        }
        self.low = low
        self.high = high
        let step = Self.step(high - low, integers: integers)
        self.step = step
        var ticks: [Double] = []
        let first = (low / step).rounded(.up)
        for index in 0..<12 {
            let tick = (first + Double(index)) * step
            if tick > high + step * 1e-6 { break }
            ticks.append(tick)
        }
        self.ticks = ticks
    }

    /// The step of 1, 2 or 5 times a power of ten that gives some six ticks.
    private static func step(_ range: Double, integers: Bool) -> Double {
        let rough = range / 6
        let power = pow(10, floor(log10(rough)))
        let step = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 }.map { $0 * power } ?? rough
        return integers ? max(1, step) : step
    }

    func place(_ value: Double) -> Double {
        start + (end - start) * ((min(max(value, low), high) - low) / (high - low))
    }

    /// A tick's number: with the decimals that tell ticks apart, or in thousands and millions.
    func label(_ tick: Double) -> String {
        let size = max(abs(low), abs(high))
        if size >= 1e12 || (size < 1e-5 && size > 0) {
            let exponent = tick == 0 ? 0 : floor(log10(abs(tick)) + 1e-9)
            return tick == 0 ? "0" : "\(ReportFile.fixed(tick / pow(10, exponent), 1))e\(Int(exponent))"
        }
        for (unit, name) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where size >= unit * 10 {
            return tick == 0 ? "0" : ReportFile.fixed(tick / unit, Self.decimals(step / unit)) + name
        }
        return ReportFile.fixed(tick, Self.decimals(step))
    }

    /// Those that tell numbers apart that lie so far from each other.
    private static func decimals(_ step: Double) -> Int { max(0, min(6, Int(-floor(log10(step) + 1e-9)))) }
}
