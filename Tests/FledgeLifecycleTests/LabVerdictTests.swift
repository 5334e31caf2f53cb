import FledgeLifecycle
import Testing

/// Verdicts of made-up texts: of sixty summaries of ten words some words are right, and LEAD-3 has five of ten.
struct LabVerdictTests {
    private let greedy = LabSupport.options { $0.shots = [0, 1, 2] }

    @Test func `Gains that stop are said to stop, and a good model is to be used`() throws {
        let report = try LabSupport.report(greedy, right: [6, 8, 8])
        let text = try #require(LabSupport.text(report, .demonstrations))
        #expect(text.hasPrefix("1 demonstration instead of 0 helped (+0.2"))
        #expect(text.contains("No difference beyond noise: 2 demonstrations instead of 1 ("))
        #expect(text.hasSuffix("More than 1 demonstration did not pay."))
        #expect(LabSupport.step(report) == .use)
        let next = try #require(LabSupport.text(report, .nextStep))
        #expect(next.hasPrefix("Use ") && next.contains("fine-tuning is the next step: more demonstrations"))
        #expect(LabSupport.text(report, .baseline)?.contains("is better than copying the first three lines") == true)
    }

    @Test func `A last step that helped asks for more prompting`() throws {
        let report = try LabSupport.report(greedy, right: [3, 5, 8])
        #expect(LabSupport.step(report) == .promptMore)
        #expect(LabSupport.text(report, .demonstrations)?.hasSuffix("The last step still helped.") == true)
    }

    @Test func `A last step whose demonstrations mostly did not fit does not ask for more`() throws {
        let report = try LabSupport.report(greedy, right: [6, 7, 9]) { setting, output in
            if setting.shots == 2 { (output.demonstrations, output.droppedDemonstrations) = (1, 1) }
        }
        #expect(LabSupport.step(report) == .use)
        #expect(
            LabSupport.text(report, .context)
                == "From 2 demonstrations on they do not all fit in the context: with 2, 100 % of the prompts hold fewer, "
                + "1.0 on average.")
        #expect(
            LabSupport.text(report, .demonstrations)?.contains(
                "2 demonstrations instead of 1, which most prompts could not hold, helped (") == true)
    }

    @Test func `No gain and no more than copying means fine-tuning`() throws {
        let report = try LabSupport.report(greedy, right: [2, 2, 2])
        #expect(LabSupport.step(report) == .fineTune)
        let next = try #require(LabSupport.text(report, .nextStep))
        #expect(
            next.hasPrefix(
                "Fine-tune next: nothing that was changed in the prompt or the parameters helped beyond noise, and the best "
                    + "setting ("))
        #expect(next.hasSuffix("is worse than copying the first three lines."))
        #expect(report.comparisons.filter { $0.kind != .baseline }.allSatisfy { $0.outcome == .noise })
    }

    @Test func `A gain that does not reach copying means fine-tuning too`() throws {
        let report = try LabSupport.report(greedy, right: [1, 3, 3])
        #expect(LabSupport.step(report) == .fineTune)
        #expect(LabSupport.text(report, .nextStep)?.contains("something that was changed helped, but") == true)
    }

    @Test func `Few examples ask for more measuring`() throws {
        let plan = try LabPlan(greedy)
        let runs = plan.settings.map { setting in
            var run = LabSupport.run(setting, right: 8)
            run.outputs = Array(run.outputs.prefix(10))
            return run
        }
        let report = try LabAnalysis(plan: plan, examples: LabSupport.examples(10)).report(on: runs)
        #expect(LabSupport.step(report) == .measureMore)
    }

    @Test func `Demonstrations that hurt are said to hurt`() throws {
        let report = try LabSupport.report(greedy, right: [8, 8, 5])
        let text = try #require(LabSupport.text(report, .demonstrations))
        #expect(text.hasPrefix("2 demonstrations instead of 1 hurt (−0."))
        #expect(text.contains("All together they hurt, 2 against 0 (−0."))
    }

    @Test func `Parameters are sorted by what they did`() throws {
        let options = LabSupport.options {
            $0.shots = [0]
            $0.maxNewTokens = [64, 32]
            $0.temperatures = [0.5, 2]
        }
        let report = try LabSupport.report(options, right: [6, 8, 6, 3])
        let text = try #require(LabSupport.text(report, .parameters))
        #expect(
            text.hasPrefix("With 0 demonstrations, against greedy decoding with 64 new tokens: 32 new tokens (+0.2"))
        #expect(text.contains(") helped; temperature 2 (−0.3"))
        #expect(text.contains(") hurt; the rest may be chance: temperature 0.5 ("))
        #expect(
            LabSupport.text(report, .demonstrations)
                == "Only prompts with 0 demonstrations were tried: whether demonstrations help is not known.")
        #expect(LabSupport.step(report) == .promptMore)
    }

    @Test func `Length, texts that were cut and repetition are said where they are far from a human's`() throws {
        let report = try LabSupport.report(LabSupport.options { $0.shots = [0, 1] }, right: [8, 8]) { _, output in
            output.text += " and so on and so on and so on and so on and so on"
            output.isCut = true
        }
        let text = try #require(LabSupport.text(report, .length))
        #expect(text.contains("a text has 25.0 words on average, a human’s 10.0: 2.5 times as many."))
        #expect(text.contains("100 % of the best setting’s texts were cut at 64 new tokens."))
        #expect(LabSupport.text(report, .repetition)?.hasPrefix("It repeats itself: ") == true)
        let usual = try LabSupport.report(LabSupport.options { $0.shots = [0, 1] }, right: [8, 8])
        #expect(LabSupport.text(usual, .length) == nil && LabSupport.text(usual, .repetition) == nil)
    }

    @Test func `Models are compared setting by setting`() throws {
        let options = LabSupport.options {
            $0.models = ["small", "large"]
            $0.shots = [0, 1]
        }
        let report = try LabSupport.report(options, right: [3, 3, 8, 3])
        #expect(
            LabSupport.text(report, .models)
                == "In 1 of 2 settings it is better than small, in 0 worse, and in 1 the difference may be chance.")
    }

    @Test func `Several references show what a human would score`() throws {
        let plan = try LabPlan(greedy)
        let examples = LabSupport.examples().map {
            LabExample(input: $0.input, references: $0.references + $0.references)
        }
        let runs = zip(plan.settings, [6, 7, 7]).map { LabSupport.run($0, right: $1) }
        let report = try LabAnalysis(plan: plan, examples: examples).report(on: runs)
        #expect(report.baselines.map(\.name) == ["lead_3", "human"])
        #expect(report.baselines[1].score("rougeL")?.score == 1)
        #expect(LabSupport.step(report) == .fineTune, "far from the human’s")
        #expect(LabSupport.text(report, .nextStep)?.contains("stays below what humans score") == true)
    }

    @Test func `A setting against itself is noise, and p-values are corrected for all tests`() throws {
        let report = try LabSupport.report(greedy, right: [6, 6, 6])
        #expect(report.comparisons.map(\.kind) == [.baseline, .shots, .baseline, .shots, .shotsOverall, .baseline])
        for comparison in report.comparisons {
            let primary = try #require(comparison.primary)
            #expect(comparison.adjustedPValue >= primary.pValue)
        }
        #expect(report.resolution > 0)
    }

    @Test func `Runs that are missing or of another size are errors`() throws {
        let plan = try LabPlan(greedy)
        let analysis = LabAnalysis(plan: plan, examples: LabSupport.examples())
        #expect(throws: LabError.missingRun(setting: "m1-shots0-greedy-max64")) { try analysis.report(on: []) }
        #expect(throws: LabError.tooFewExamples(count: 1)) {
            try LabAnalysis(plan: plan, examples: LabSupport.examples(1)).report(on: [])
        }
    }
}
