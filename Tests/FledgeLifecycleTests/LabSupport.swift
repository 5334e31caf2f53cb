import FledgeLifecycle

/// Made-up runs: a reference of ten words, and texts that hold some of them.
enum LabSupport {
    static func examples(_ count: Int = 60) -> [LabExample] {
        (0..<count).map { number in
            let words = words(of: number)
            // The first three lines hold five of the ten words, and five others.
            let lines = [
                "A: \(words[0]) \(words[1]) so", "B: \(words[2]) \(words[3]) it", "A: \(words[4]) is", "B: bye",
            ]
            return LabExample(input: lines.joined(separator: "\n"), references: [words.joined(separator: " ")])
        }
    }

    static func words(of example: Int) -> [String] { (0..<10).map { "w\(example)n\($0)" } }

    /// Texts of ten words, on average `right` of which are the reference's, one more or less here and there.
    static func run(_ setting: LabSetting, right: Int, seed: Int = 0, change: (inout LabOutput) -> Void = { _ in })
        -> LabRun
    {
        let outputs = (0..<60).map { number in
            let kept = max(0, min(10, right + (number * 7 + seed * 5) % 3 - 1))
            let text = words(of: number).prefix(kept) + (kept..<10).map { "x\(number)y\($0)s\(seed)" }
            var output = LabOutput(
                text: text.joined(separator: " "), newTokens: 12, promptTokens: 100, demonstrations: setting.shots)
            change(&output)
            return output
        }
        return LabRun(setting: setting.id, outputs: outputs, seconds: 2)
    }

    static func options(_ change: (inout LabOptions) -> Void = { _ in }) -> LabOptions {
        var options = LabOptions(models: ["m"], data: "d.jsonl")
        change(&options)
        return options
    }

    /// A report of runs with so many right words for each setting, in the plan's order.
    static func report(
        _ options: LabOptions, right: [Int], change: (LabSetting, inout LabOutput) -> Void = { _, _ in }
    ) throws -> LabReport {
        let plan = try LabPlan(options)
        let runs = zip(plan.settings, right).enumerated().map { number, pair in
            run(pair.0, right: pair.1, seed: number) { change(pair.0, &$0) }
        }
        return try LabAnalysis(plan: plan, examples: examples()).report(on: runs)
    }

    static func text(_ report: LabReport, _ subject: LabVerdict.Subject) -> String? {
        report.verdicts.first { $0.subject == subject }?.text
    }

    static func step(_ report: LabReport) -> LabVerdict.Step? {
        report.verdicts.first { $0.subject == .nextStep }?.step
    }
}
