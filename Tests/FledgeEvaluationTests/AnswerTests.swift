import FledgeData
import FledgeEvaluation
import FledgeTemplates
import Testing

struct AnswerTests {
    @Test(arguments: SQuAD.Version.allCases) func `Exact match and F1 of every answer are the scripts'`(
        version: SQuAD.Version
    ) throws {
        let records = try Golden.records("texts")
        let report = try SQuAD(version: version).report(on: records.map(\.example), resampling: nil)
        for (index, record) in records.enumerated() {
            let golden = record.get("squad\(version.rawValue)").doubles
            #expect(areClose(report.exampleScores.map { $0[index] }, golden), "\(record)")
        }
        let sum = records.reduce(0) { $0 + $1.get("squad\(version.rawValue)").doubles[1] }
        #expect(isClose(report.scores[1].score.value, 100 * sum / Double(records.count)))
    }

    @Test func `Questions without an answer count apart`() throws {
        let examples = [
            EvaluationExample(prediction: "", references: []), EvaluationExample(prediction: "x", references: []),
            EvaluationExample(prediction: "The Seine.", references: ["seine", "the river Seine"]),
        ]
        let report = try SQuAD(version: .v2).report(on: examples, resampling: nil)
        let scores = Dictionary(uniqueKeysWithValues: report.scores.map { ($0.name, $0.score.value) })
        #expect(isClose(scores["exact_match"] ?? .nan, 200.0 / 3))
        #expect(scores["answerable_f1"] == 100)
        #expect(scores["unanswerable_exact_match"] == 50)
        #expect(throws: EvaluationError.noReference(example: 0)) { try SQuAD().report(on: examples) }
    }

    @Test func `Exact match compares bytes`() throws {
        let examples = [
            EvaluationExample(prediction: "é", reference: "e\u{301}"),
            EvaluationExample(prediction: "b", references: ["a", "b"]),
        ]
        #expect(try ExactMatch().report(on: examples, resampling: nil).exampleScores == [[0, 1]])
    }
}
