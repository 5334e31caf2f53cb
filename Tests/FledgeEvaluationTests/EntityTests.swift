import FledgeData
import FledgeEvaluation
import FledgeTemplates
import Testing

struct EntityTests {
    @Test func `Scores of entities are those of seqeval, leniently and in every scheme`() throws {
        let records = try Golden.records("entities")
        #expect(records.count > 500)
        var schemes: Set<String> = []
        for record in records {
            let examples = zip(record.get("predictions").list, record.get("references").list).map {
                EvaluationExample(predictedTags: $0.texts, referenceTags: $1.texts)
            }
            let scheme = TaggingScheme(rawValue: record.get("scheme").text)
            schemes.insert(record.get("scheme").text)
            let metric = EntityScores(
                mode: scheme.map { .strict($0) } ?? .lenient,
                zeroDivision: record.get("zero").double == 1 ? .one : .zero)
            let scores = try metric.report(on: examples, resampling: nil).scores
            for golden in record.get("scores").list {
                let name = golden.list[0].text
                let score = try #require(scores.first { EntityTests.name(of: $0) == name }, "\(name) \(record)")
                let numbers = [score.precision, score.recall, score.f1].map { $0?.value ?? .nan }
                #expect(areClose(numbers, golden.list[1...3].map(\.double)), "\(name) \(record)")
                if let support = score.support { #expect(Double(support) == golden.list[4].double) }
            }
            #expect(scores.count { $0.support != nil } == record.get("scores").list.count - 3)
            let accuracy = scores.first { $0.name == "token_accuracy" }
            #expect(isClose(accuracy?.score.value ?? .nan, record.get("accuracy").double))
        }
        #expect(schemes == ["", "IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU"])
    }

    /// The name that seqeval's report gives a score.
    private static func name(of score: MetricScore) -> String {
        score.name.hasPrefix("f1_")
            ? "\(score.name.dropFirst(3)) avg" : String(score.name.drop { $0 != ":" }.dropFirst())
    }

    @Test func `The scheme is found out of the right tags`() throws {
        let examples = [
            EvaluationExample(
                predictedTags: ["B-X", "I-X", "O", "I-Y"], referenceTags: ["B-X", "I-X", "O", "B-Y"])
        ]
        let report = try EntityScores(mode: .strict(nil)).report(on: examples, resampling: nil)
        #expect(report.signature == "mode:strict|scheme:IOB2|zero_division:0")
        #expect(report.scores[0].precision?.value == 1)
        #expect(report.scores[0].recall?.value == 0.5)
    }

    @Test func `Tags that cannot be are errors that name the sentence`() {
        func failure(_ predicted: [String], _ right: [String], _ mode: EntityScores.Mode) -> String {
            let good = EvaluationExample(predictedTags: ["B-X"], referenceTags: ["B-X"])
            let bad = EvaluationExample(predictedTags: predicted, referenceTags: right)
            do {
                _ = try EntityScores(mode: mode).report(on: [good, bad])
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            failure(["O"], ["O", "O"], .lenient)
                == "example 2: there are 1 predicted tags and 2 right ones; give one for each token")
        #expect(
            failure([""], ["O"], .lenient) == "example 2: the tag “” is empty; tags outside of entities are O")
        #expect(
            failure(["E-X"], ["O"], .strict(.iob2))
                == "example 2: the tag “E-X” does not begin with one of the letters of IOB2, IOB")
        #expect(
            failure(["O"], ["X-X"], .strict(nil))
                == #"scheme: the right tags begin with ["B", "X"]. Give the scheme, or evaluate leniently."#)
    }

    @Test(.enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED)"))
    func `CoNLL's sample has the scores that seqeval gives it`() throws {
        var examples: [EvaluationExample] = []
        for line in try Shared.lines("golden/seqeval/ground_truth.txt") + [""] {
            let columns = line.split(separator: " ")
            if columns.count < 4 {
                examples.append(EvaluationExample(predictedTags: [], referenceTags: []))
                continue
            }
            if examples.isEmpty { examples.append(EvaluationExample(predictedTags: [], referenceTags: [])) }
            examples[examples.count - 1].referenceTags.append(String(columns[2]))
            examples[examples.count - 1].predictedTags.append(String(columns[3]))
        }
        let scores = try EntityScores().report(on: examples, resampling: nil).scores
        let expected: [(name: String, numbers: [Double], support: Int?)] = [
            ("f1_micro", [0.6883116883116883, 0.8082788671023965, 0.7434869739478958], nil),
            ("f1_macro", [0.548805015573346, 0.5877642020804695, 0.5539755205252105], nil),
            ("f1_weighted", [0.6814484788656647, 0.8082788671023965, 0.7381960292420672], nil),
            ("type:ADJP", [0, 0, 0], 6), ("type:ADVP", [0.45454545454545453, 0.625, 0.5263157894736842], 8),
            ("type:NP", [0.6498422712933754, 0.7862595419847328, 0.7115716753022452], 262),
            ("type:PP", [0.8317757009345794, 0.9888888888888889, 0.9035532994923858], 90),
            ("type:SBAR", [0.6666666666666666, 0.3333333333333333, 0.4444444444444444], 6),
            ("type:VP", [0.69, 0.7931034482758621, 0.7379679144385026], 87),
        ]
        for (name, numbers, support) in expected {
            let score = try #require(scores.first { $0.name == name })
            #expect(areClose([score.precision, score.recall, score.f1].map { $0?.value ?? .nan }, numbers), "\(name)")
            #expect(score.support == support)
        }
        #expect(isClose(scores[3].score.value, 0.8407908428720083))
    }
}
