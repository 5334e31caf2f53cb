/// Numbers as reports write them.
public enum Numerals {
    /// A number with a fixed count of decimals and a true minus sign; a dash for what is no number.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        var scale = 1.0
        for _ in 0..<max(0, decimals) { scale *= 10 }
        let rounded = (value.magnitude * scale).rounded()
        guard rounded < 9e18 else { return "–" }
        let sign = value < 0 && rounded > 0 ? "−" : ""
        let (whole, rest) = Int(rounded).quotientAndRemainder(dividingBy: Int(scale))
        guard decimals > 0 else { return sign + "\(whole)" }
        let digits = String(rest)
        return sign + "\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
    }

    /// A difference: with its sign, also where it is positive.
    public static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = fixed(value, decimals)
        return value > 0 && text.contains(where: { "123456789".contains($0) }) ? "+" + text : text
    }

    /// A share as a whole percentage; `< 1 %` and `> 99 %` where rounding would say none or all.
    public static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "–" }
        if share > 0, share < 0.01 { return "< 1 %" }
        if share < 1, share > 0.99 { return "> 99 %" }
        return fixed(share * 100, 0) + " %"
    }
}
