import FledgeEvaluation
import Testing

struct ResamplingTests {
    /// Answers of which a share is right.
    private func answers(_ count: Int, right: (Int) -> Bool) -> [EvaluationExample] {
        (0..<count).map { EvaluationExample(prediction: right($0) ? "a" : "b", reference: "a") }
    }

    @Test func `An interval of an accuracy is that of the binomial distribution`() throws {
        let report = try Accuracy().report(on: answers(400) { $0 % 5 != 0 })
        let interval = try #require(report.scores[0].score.interval)
        // 0.8 ± 1.96 · sqrt(0.8 · 0.2 / 400)
        #expect(abs(interval.lower - 0.7608) < 0.004)
        #expect(abs(interval.upper - 0.8392) < 0.004)
    }

    @Test func `The same seed gives the same interval and another one another`() throws {
        let examples = answers(37) { $0 % 3 != 0 }
        let first = try Accuracy().report(on: examples).scores[0].score
        #expect(try Accuracy().report(on: examples).scores[0].score == first)
        let other = try Accuracy().report(on: examples, resampling: Resampling(seed: 1)).scores[0].score
        #expect(other.value == first.value)
        #expect(other != first)
    }

    @Test func `Intervals cover the truth about as often as they say`() throws {
        var generator = SplitMix(state: 5)
        var covered = 0
        for _ in 0..<200 {
            let examples = answers(100) { _ in Double.random(in: 0..<1, using: &generator) < 0.6 }
            let resampling = try Resampling(resamples: 200)
            let interval = try #require(
                try Accuracy().report(on: examples, resampling: resampling).scores[0].score.interval)
            if interval.lower <= 0.6 && 0.6 <= interval.upper { covered += 1 }
        }
        #expect(covered >= 180 && covered <= 199, "\(covered) of 200")
    }

    @Test func `A system is no better than itself`() throws {
        let examples = answers(50) { $0 % 2 == 0 }
        let score = try Accuracy().compare(examples, examples).scores[0]
        #expect(score.difference.value == 0)
        #expect(score.permutationPValue == 1)
        #expect(score.bootstrapPValue == 1)
        #expect(score.verdict == .noise)
    }

    @Test func `A clear difference is found and its p-value is the exact test's`() throws {
        // Nine answers differ, all in favour of the second: the exact two-sided p-value is 2 / 2⁹.
        let first = answers(60) { $0 >= 9 }
        let second = answers(60) { _ in true }
        let score = try Accuracy().compare(first, second).scores[0]
        #expect(abs(score.permutationPValue - 2.0 / 512) < 0.002)
        #expect(score.verdict == .second)
        #expect(isClose(score.difference.value, 0.15))
        let swapped = try Accuracy().compare(second, first).scores[0]
        #expect(swapped.verdict == .first)
        // Three answers: 2 / 2³.
        let few = try Accuracy().compare(answers(60) { $0 >= 3 }, second).scores[0]
        #expect(abs(few.permutationPValue - 0.25) < 0.02)
        #expect(few.verdict == .noise)
    }

    @Test func `Less is better where it is`() throws {
        let loops = (0..<40).map { EvaluationExample(prediction: "a b a b a b \($0)", references: []) }
        let plain = (0..<40).map { EvaluationExample(prediction: "a b c d e f \($0)", references: []) }
        #expect(try Repetition().compare(loops, plain).scores.map(\.verdict) == [.second, .second, .second, .second])
        #expect(try Distinct().compare(loops, plain).scores[0].verdict == .second)
    }

    @Test func `Only answers to the same questions are compared`() {
        let one = [EvaluationExample(prediction: "a", reference: "a")]
        let other = [EvaluationExample(prediction: "a", reference: "b")]
        #expect(throws: EvaluationError.systemsDiffer(example: 0)) { try Accuracy().compare(one, other) }
        #expect(throws: EvaluationError.systemCounts(first: 1, second: 2)) { try Accuracy().compare(one, one + one) }
        #expect(throws: EvaluationError.noExamples) { try Accuracy().compare([], []) }
    }

    @Test func `Numbers that make no sense are errors`() {
        #expect(throws: EvaluationError.self) { try Resampling(resamples: 0) }
        #expect(throws: EvaluationError.self) { try Resampling(permutations: -1) }
        #expect(throws: EvaluationError.self) { try Resampling(level: 1) }
        #expect(throws: EvaluationError.self) { try Resampling(level: .nan) }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
