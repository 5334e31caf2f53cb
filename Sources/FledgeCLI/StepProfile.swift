import Fledge

/// Where the time of training steps goes, beside the rate of products that the machine reaches in the same run.
///
/// The first steps are left out: they find the memory that the others use.
struct StepProfile: Encodable {
    /// One kind of work in one step.
    struct Row: Encodable {
        let work: String
        let seconds: Double
        let share: Double
        /// Billions of multiplications and additions a second; nil where they are not counted.
        let rate: Double?

        enum CodingKeys: String, CodingKey {
            case work, seconds, share
            case rate = "gflops"
        }
    }

    let steps: Int
    let secondsPerStep: Double
    let rows: [Row]
    /// What a large product of near operands reaches, in the type that products are computed in.
    let peak: Double
    let type: WeightType

    enum CodingKeys: String, CodingKey {
        case steps, rows
        case secondsPerStep = "seconds_per_step"
        case peak = "peak_gflops"
        case type = "dtype"
    }

    /// - Parameters:
    ///   - engine: what has computed, its times on.
    ///   - steps: how many steps the times are of.
    ///   - seconds: how long these took, from beginning to end.
    ///   - type: what products were computed in.
    init(_ engine: Engine, steps: Int, seconds: Double, type: WeightType) {
        let count = Double(max(1, steps))
        var rows = OperationKind.allCases.compactMap { kind -> Row? in
            guard let entry = engine.times.entries[kind] else { return nil }
            return Row(
                work: kind.rawValue, seconds: entry.seconds / count, share: entry.seconds / seconds,
                rate: entry.operations > 0 ? entry.operations / entry.seconds / 1e9 : nil)
        }
        rows.sort { $0.seconds > $1.seconds }
        let rest = max(0, seconds / count - rows.reduce(0) { $0 + $1.seconds })
        rows.append(Row(work: "all else", seconds: rest, share: rest * count / seconds, rate: nil))
        (self.steps, secondsPerStep, self.rows, self.type) = (steps, seconds / count, rows, type)
        engine.times.isOn = false
        peak = engine.measureProductRate(type == .bfloat16 ? .bfloat16 : .float32) / 1e9
    }

    /// The table as a person reads it.
    var text: String {
        let width = (rows.map(\.work.count) + [9]).max() ?? 9
        func line(_ work: String, _ cells: [String]) -> String {
            work + String(repeating: " ", count: width - work.count)
                + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined() + "\n"
        }
        let title =
            "one step of \(steps): \(Terminal.fixed(secondsPerStep * 1000, 1)) ms; "
            + "large products alone reach \(Terminal.fixed(peak, 0)) G operations/s (\(type.rawValue))\n"
        return rows.reduce(title + line("", ["ms", "share", "G op/s", "of peak"])) { text, row in
            text
                + line(
                    row.work,
                    [
                        Terminal.fixed(row.seconds * 1000, 2), Terminal.fixed(row.share * 100, 1) + " %",
                        row.rate.map { Terminal.fixed($0, 0) } ?? "",
                        row.rate.map { Terminal.fixed($0 / peak * 100, 0) + " %" } ?? "",
                    ])
        }
    }
}
