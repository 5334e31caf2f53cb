import FledgeData
import FledgeEvaluation
import FledgeTemplates
import Testing

struct ClassificationTests {
    static func examples(_ record: Record) -> [EvaluationExample] {
        zip(record.get("predictions").texts, record.get("references").texts).map {
            EvaluationExample(prediction: $0, reference: $1)
        }
    }

    @Test func `Scores of classes are those of scikit-learn`() throws {
        let records = try Golden.records("labels")
        #expect(records.count == 150)
        for record in records {
            let examples = ClassificationTests.examples(record)
            let zero = record.get("zero").double == 1 ? ZeroDivision.one : .zero
            let report = try FScores(zeroDivision: zero).report(on: examples, resampling: nil)
            func numbers(_ score: MetricScore) -> [Double] {
                [score.precision, score.recall, score.f1].map { $0?.value ?? .nan }
            }
            for (place, average) in ["micro", "macro", "weighted"].enumerated() {
                #expect(areClose(numbers(report.scores[place]), record.get(average).doubles), "\(average) \(record)")
            }
            let classes = report.scores.dropFirst(3)
            #expect(classes.map(\.name) == record.get("labels").texts.map { "class:\($0)" })
            for (score, golden) in zip(classes, record.get("each").list) {
                #expect(areClose(numbers(score) + [Double(score.support ?? -1)], golden.doubles), "\(record)")
            }
        }
    }

    @Test func `Accuracy, Matthews' correlation and the confusion matrix are those of scikit-learn`() throws {
        for record in try Golden.records("labels") {
            let examples = ClassificationTests.examples(record)
            let accuracy = try Accuracy().report(on: examples, resampling: nil)
            #expect(isClose(accuracy.scores[0].score.value, record.get("accuracy").double))
            let matthews = try Matthews().report(on: examples, resampling: nil)
            #expect(isClose(matthews.scores[0].score.value, record.get("matthews").double), "\(record)")
            let confusion = try #require(accuracy.confusion)
            #expect(confusion.rows.map { $0.map(Double.init) } == record.get("confusion").list.map(\.doubles))
            #expect(confusion.count(reference: 0, prediction: 0) == confusion.rows[0][0])
        }
    }

    @Test func `The positive class comes first`() throws {
        let examples = [("b", "b"), ("a", "b"), ("b", "a")].map { EvaluationExample(prediction: $0, reference: $1) }
        let report = try FScores(positiveLabel: "b").report(on: examples, resampling: nil)
        #expect(report.scores[0].name == "f1")
        #expect(report.scores[0].f1?.value == 0.5)
        #expect(
            throws: EvaluationError.badOption(
                name: "positive label", problem: "no example has the class “c”",
                remedy: "Give one of the classes that occur.")
        ) { try FScores(positiveLabel: "c").report(on: examples) }
    }

    @Test func `Very many classes cost no square of their number`() throws {
        let examples = (0..<20_000).map { EvaluationExample(prediction: "\($0)", reference: "\($0 + 1)") }
        let report = try FScores().report(on: examples, resampling: Resampling(resamples: 10))
        #expect(report.scores.count == 3 + 20_001)
        #expect(report.scores[3].f1?.interval == nil)
        #expect(report.scores[0].f1?.interval == ConfidenceInterval(lower: 0, upper: 0))
    }
}
