/// What a precision, recall or F-measure of nothing is.
public enum ZeroDivision: Int, Sendable, CaseIterable {
    /// 0, as if all were wrong.
    case zero = 0
    /// 1, as if all were right.
    case one = 1

    /// A quotient, or what stands for it.
    func quotient(_ numerator: Double, _ denominator: Double) -> Double {
        denominator == 0 ? Double(rawValue) : numerator / denominator
    }
}
