import FledgeEvaluation
import Foundation
import Testing

struct GenerationTests {
    private func texts(_ texts: String...) -> [EvaluationExample] {
        texts.map { EvaluationExample(prediction: $0, references: []) }
    }

    @Test func `Distinct counts different n-grams of the corpus`() throws {
        let report = try Distinct(maxOrder: 3).report(on: texts("a b a b", "a b c"))
        // 3 of 7 words, ab ba bc of 5 pairs, aba bab abc of 3.
        #expect(areClose(report.scores.map(\.score.value), [Double](arrayLiteral: 3.0 / 7, 0.6, 1)))
        #expect(report.scores[0].score.interval != nil)
    }

    @Test func `Repetition is the share that a text has had before`() throws {
        let report = try Repetition(maxOrder: 2).report(on: texts("a b a b", "a b c", "", "x"), resampling: nil)
        #expect(areClose(report.scores.map(\.score.value), [Double](arrayLiteral: 1.0 / 6, 1.0 / 6)))
        #expect(report.exampleScores[1] == [1 - 2.0 / 3, 0, 0, 0])
    }

    @Test(arguments: [([1, 2, 9], 2.0), ([4, 1], 2.5), ([3], 3.0), ([5, 1, 1, 7], 3.0), ([0, 0], 0.0)])
    func `The median length is the middle one`(counts: [Int], median: Double) throws {
        let examples = counts.map {
            EvaluationExample(prediction: Array(repeating: "wörd", count: $0).joined(separator: " "), reference: "x y")
        }
        let scores = try Lengths().report(on: examples, resampling: nil).scores.map(\.score.value)
        #expect(scores[1] == median)
        #expect(isClose(scores[0], Double(counts.reduce(0, +)) / Double(counts.count)))
        #expect(isClose(scores[3], Double(counts.reduce(0, +)) / Double(2 * counts.count)))
    }

    @Test func `Every token but the first is scored once with enough before it`() throws {
        for count in 0..<30 {
            for length in 2..<9 {
                for stride in 1..<length {
                    let windows = Array(try PerplexityWindows(tokenCount: count, length: length, stride: stride))
                    #expect(windows.flatMap { Array($0.scored) } == Array(1..<max(1, count)))
                    for window in windows {
                        #expect(window.tokens.count <= length)
                        #expect(window.tokens.upperBound == window.scored.upperBound)
                        let before = window.scored.lowerBound - window.tokens.lowerBound
                        #expect(before >= min(window.scored.lowerBound, length - stride))
                    }
                }
            }
        }
        #expect(throws: EvaluationError.self) { try PerplexityWindows(tokenCount: 5, length: 1) }
        #expect(throws: EvaluationError.self) { try PerplexityWindows(tokenCount: 5, length: 4, stride: 4) }
    }

    @Test func `Perplexity is that of the mean over tokens`() throws {
        var tally = PerplexityTally()
        try tally.add(logProbability: -4 * log(2.0), tokens: 2, bytes: 8)
        try tally.add(logProbability: -2 * log(2.0), tokens: 4, bytes: 4)
        let report = try tally.report()
        #expect(report.scores.map(\.name) == ["perplexity", "nats_per_token", "bits_per_byte"])
        #expect(areClose(report.scores.map(\.score.value), [2, log(2.0), 0.5]))
        #expect(report.scores[0].score.interval?.lower == exp(0.5 * log(2.0)))
        #expect(throws: EvaluationError.self) { try tally.add(logProbability: -.infinity, tokens: 1) }
        #expect(throws: EvaluationError.self) { try tally.add(logProbability: -1, tokens: 0) }
        #expect(throws: EvaluationError.noExamples) { try PerplexityTally().report() }
    }

    @Test(arguments: StandardMetric.allCases) func `Every metric has a name and judges an example`(
        choice: StandardMetric
    ) throws {
        let metric = try choice.metric()
        #expect(metric.name == choice.rawValue)
        let example =
            choice.comparesTags
            ? EvaluationExample(predictedTags: ["B-X"], referenceTags: ["B-X"])
            : EvaluationExample(prediction: "one two three four five", reference: "one two three four five")
        let report = try metric.report(on: [example])
        #expect(report.examples == 1)
        for score in report.scores {
            #expect(score.score.value.isFinite)
            if let interval = score.score.interval { #expect(interval.lower <= interval.upper) }
        }
        #expect(throws: EvaluationError.noExamples) { try metric.report(on: []) }
    }

    @Test func `An unknown name is answered with the known ones`() {
        let text =
            "there is no metric “rogue”; the metrics are rouge, bleu, chrf, squad, exact-match, accuracy, f1, "
            + "matthews, seqeval, distinct, repetition, length"
        do {
            _ = try StandardMetric(name: "rogue")
            Issue.record("no error")
        } catch {
            #expect("\(error)" == text)
        }
    }

    @Test func `An empty corpus of empty texts has scores`() throws {
        for choice in StandardMetric.allCases where !choice.comparesTags {
            let report = try choice.metric().report(on: [EvaluationExample(prediction: "", reference: "")])
            for score in report.scores { #expect(score.score.value.isFinite, "\(choice) \(score.name)") }
        }
    }
}
