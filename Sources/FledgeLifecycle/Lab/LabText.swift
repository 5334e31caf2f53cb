import FledgeReports

/// How a lab writes numbers and names.
enum LabText {
    /// A parameter without needless digits: `0.7`, `1`.
    static func short(_ value: Float) -> String {
        value == value.rounded() && abs(value) < 1e6 ? "\(Int(value))" : "\(value)"
    }

    /// A score's name for people.
    static func scoreName(_ name: String) -> String {
        switch name {
        case "rouge1": "ROUGE-1"
        case "rouge2": "ROUGE-2"
        case "rougeL": "ROUGE-L"
        case "rougeLsum": "ROUGE-Lsum"
        default: name
        }
    }

    static func score(_ value: Double) -> String { Numerals.fixed(value, 3) }

    static func pValue(_ value: Double) -> String {
        value < 0.001 ? "p < 0.001" : value >= 0.9995 ? "p = 1" : "p = \(Numerals.fixed(value, 3))"
    }

    /// A model's name without the folders before it; Hub ids stay whole.
    static func modelName(_ name: String) -> String {
        guard let first = name.first, "/.~".contains(first) else { return name }
        return name.split(separator: "/").last.map(String.init) ?? name
    }

    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
