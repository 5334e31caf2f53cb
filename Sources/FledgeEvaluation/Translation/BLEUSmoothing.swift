/// What BLEU takes for the precision of n-grams none of which match (Chen and Cherry 2014).
public enum BLEUSmoothing: Sendable, Equatable {
    /// Nothing: the score is 0.
    case none
    /// A small count instead of 0, method 1.
    case floor(Double)
    /// A count more above and below the line for n above 1, method 2.
    case addK(Double)
    /// A half, a quarter, an eighth … of a match, method 3.
    case exponential

    /// The method's part of a signature.
    var signature: String {
        switch self {
        case .none: "none"
        case .floor(let value): "floor[\(BLEUSmoothing.hundredths(value))]"
        case .addK(let value): "add-k[\(BLEUSmoothing.hundredths(value))]"
        case .exponential: "exp"
        }
    }

    /// A number with two decimals.
    private static func hundredths(_ value: Double) -> String {
        let hundredths = Int((min(max(value, 0), 1e9) * 100).rounded(.toNearestOrEven))
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
